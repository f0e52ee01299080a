import { defineDetection } from './define.ts';

export const anotherProcessTakenHoldOf = defineDetection({
  name: 'Another process taken hold of',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1055.008', name: 'Ptrace System Calls' }],
  description: 'A process in a container attached to another as a debugger does, or wrote into its memory.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Take SYS_PTRACE from the pod.',
  falsePositives: 'Debuggers and profilers.',
  references: ['https://attack.mitre.org/techniques/T1055/008/'],
  condition:
    'in_container and evt.res = SUCCESS and ((evt.type = ptrace and evt.arg.request in (PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_POKETEXT, PTRACE_POKEDATA, PTRACE_SETREGS)) or evt.type = process_vm_writev) and not proc.name in (gdb, strace, dlv, lldb, perf, rr)',
  output:
    'Another process taken hold of (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'ptrace',
    'evt.res': 'SUCCESS',
    'evt.arg.request': 'PTRACE_ATTACH',
    'evt.arg.pid': 7,
    'proc.name': 'inject',
    'proc.cmdline': 'inject 7',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'A child lets its parent trace it.',
    change: { 'evt.arg.request': 'PTRACE_TRACEME' },
  },
});
