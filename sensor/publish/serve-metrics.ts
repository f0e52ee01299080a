import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';

/** Numbers that are read when somebody asks, by the values of one label; without a label there is one number. */
export interface Metric {
  /** Ends with _total where it only grows. */
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly read: () => Readonly<Record<string, number>>;
}

/** Where metrics are served: `unix:/PATH`, or HOST:PORT on loopback. */
export type MetricsAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** Throws a RangeError for what is neither, or would open the port to the network. */
export function metricsAddress(text: string): MetricsAddress {
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length) };
  const [, host = '', port = ''] = /^(127\.0\.0\.1|\[::1\]|localhost):(\d{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) > 65_535)
    throw new RangeError(`${text}: metrics are for this machine: give 127.0.0.1:PORT or unix:/PATH`);
  return { host: host.replaceAll(/[[\]]/g, ''), port: Number(port) };
}

/** Prometheus' text format. Names and labels are ours, and need no escapes. */
export function metricsText(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap(({ name, help, label, read }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`,
    ...Object.entries(read()).map(
      ([of, value]) => `${name}${label === undefined ? '' : `{${label}="${of}"}`} ${value}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}

/** Serves metrics at /metrics, until the server is closed. */
export async function serveMetrics(address: MetricsAddress, metrics: readonly Metric[]): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metricsText(metrics));
  });
  if ('path' in address) rmSync(address.path, { force: true });
  server.listen(address);
  await once(server, 'listening');
  server.unref();
  return server;
}
