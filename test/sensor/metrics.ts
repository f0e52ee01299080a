import { request } from 'node:http';

/** The values of a metric at a unix socket, by the value of their label; '' without one. */
export async function metricsOf(socketPath: string, name: string): Promise<Readonly<Record<string, number>>> {
  const text = await new Promise<string>((resolve, reject) => {
    request({ socketPath, path: '/metrics' }, async (response) => {
      resolve(Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>)).toString());
    })
      .on('error', reject)
      .end();
  });
  const found = text.matchAll(new RegExp(`^${name}(?:\\{\\w+="(\\w+)"\\})? (\\S+)$`, 'gm'));
  return Object.fromEntries([...found].map(([, label = '', value]) => [label, Number(value)]));
}
