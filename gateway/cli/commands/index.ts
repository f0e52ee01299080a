import type { Command } from '../command.ts';

/** Every command, in the order of help. What a command needs is loaded when it runs. */
export const commands: readonly Command[] = [
  {
    name: 'up',
    usage: '[PATH|- ...]',
    summary:
      'serve the chart: of the clusters of the kubeconfig, followed live; of a dump; else of the examples\n\nFollows the current context, those that --context names, or --all-contexts; a cluster that does not answer\nholds up no other, and is tried again until it does. Opens nothing to the network without authentication.',
    settings: [
      'host',
      'port',
      'store',
      'storeUser',
      'storePassword',
      'redis',
      'kubeconfig',
      'context',
      'allContexts',
      'cluster',
      'podSecurity',
      'maxHops',
      'tenant',
      'jwksUrl',
      'jwtIssuer',
      'jwtAudience',
      'tokens',
      'retention',
      'rules',
      'auditLog',
      'logLevel',
      'config',
    ],
    load: () => import('./up.ts'),
  },
  {
    name: 'chart',
    usage: 'PATH|- ...',
    summary:
      'chart an offline dump: every attack edge with its evidence\n\nReads what portolan dump saves, what kubectl get -o yaml or json prints, plain manifests, and folders of them.\nA folder of folders that each hold a Node or the namespace kube-system is several clusters.',
    settings: ['format', 'cluster', 'podSecurity'],
    load: () => import('./chart.ts'),
  },
  {
    name: 'paths',
    usage: '[PATH|- ...]',
    summary:
      'cheapest attack paths, of a dump or of what the store holds\n\nA path costs the sum of the difficulties of its techniques, 0 to 9 each.',
    settings: [
      'from',
      'to',
      'first',
      'maxHops',
      'json',
      'failOn',
      'cluster',
      'podSecurity',
      'store',
      'storeUser',
      'storePassword',
      'tenant',
      'config',
    ],
    load: () => import('./paths.ts'),
  },
  {
    name: 'dump',
    usage: 'DIR',
    summary:
      'save a cluster for chart, without secret values\n\nWrites what is charted of the cluster and nothing else: no value of a secret, a config map, an environment variable\nor an annotation. Several clusters get a folder each within DIR. Exits with 3 where a part could not be read: the\nrest is saved, and charting the dump shows the gap.',
    settings: ['kubeconfig', 'context', 'allContexts', 'cluster', 'force', 'config'],
    load: () => import('./dump.ts'),
  },
  {
    name: 'forget',
    usage: 'NAME',
    summary:
      'drop a cluster from the store\n\nWhat other clusters share with it stays. Stop whatever follows the cluster first.',
    settings: ['store', 'storeUser', 'storePassword', 'tenant', 'config'],
    load: () => import('./forget.ts'),
  },
  {
    name: 'detect',
    usage: '',
    summary:
      "run rules over a file or stream of events; alerts as NDJSON\n\nReads audit logs of Kubernetes (a line each, lists, the webhook's batches) and what portolan sensor prints.\nA rule file with a mistake in it is refused, with its place, before any event is read.",
    settings: ['rules', 'events', 'source', 'learn', 'format', 'output', 'outputSecret', 'list'],
    load: () => import('./detect.ts'),
  },
  {
    name: 'sensor',
    usage: '',
    summary:
      "stream this node's events as NDJSON, with Falco's field names\n\nLinux, as root. Needs a kernel from 5.8 on with BTF; builds its programs with clang on first use.\n\nWith --spool, what is worth telling (alerts, program starts, connections first seen) goes into a folder instead, from\nwhich a second process, with --publish, sends it to a gateway.",
    settings: [
      'everyOpen',
      'rate',
      'ring',
      'alerts',
      'rules',
      'spool',
      'spoolSize',
      'budget',
      'publish',
      'tokenFile',
      'certFile',
      'keyFile',
      'caFile',
      'metrics',
      'config',
    ],
    load: () => import('./sensor.ts'),
  },
];
