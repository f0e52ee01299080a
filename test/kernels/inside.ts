import { runTestFile } from '../runner/step.ts';

// What a guest runs: test files, one after the other. Prints a StepResult a line as JSON.
for (const file of process.argv.slice(2)) console.log(JSON.stringify(await runTestFile(file, { seconds: 240 })));
