import { cloudAddresses } from '../ingest/cloud-forms.ts';
import { CommandError } from './errors.ts';

/** One setting: a flag, an environment variable and a key of the settings file, in this order of precedence. */
export interface Setting {
  /** Of `strings`: a flag that may be repeated, a variable with commas, or a list in the file. */
  readonly type: 'string' | 'strings' | 'integer' | 'boolean';
  readonly default: string | number | boolean | null | readonly string[];
  /** The least and the most of an integer. */
  readonly range?: readonly [number, number];
  /** What stands for the value in help; absent for a boolean. */
  readonly value?: string;
  /** Not to be given as a flag, which every user of the machine can read in the list of processes. */
  readonly secret?: boolean;
  readonly description: string;
}

/** Every setting of every command. The flag of `podSecurity` is --pod-security, its variable PORTOLAN_POD_SECURITY. */
export const settings = {
  config: {
    type: 'string',
    default: null,
    value: 'FILE',
    description: 'settings file (YAML), with these names in camelCase',
  },
  store: {
    type: 'string',
    default: './portolan.db',
    value: 'ADDRESS',
    description: 'where the graph is kept: an SQLite file, or Neo4j at bolt://HOST:PORT (neo4j://; +s for TLS)',
  },
  storeUser: { type: 'string', default: null, value: 'NAME', description: 'user of the Neo4j that --store names' },
  storePassword: { type: 'string', default: null, value: 'TEXT', secret: true, description: "that user's password" },
  redis: {
    type: 'string',
    default: null,
    value: 'URL',
    secret: true, // it may hold a password
    description: 'Redis that carries events between gateways, redis://HOST:PORT; without it they read the store',
  },
  tenant: { type: 'string', default: 'default', value: 'NAME', description: 'whose graph it is' },
  host: {
    type: 'string',
    default: '127.0.0.1',
    value: 'ADDRESS',
    description: 'address to listen on; other than loopback needs authentication',
  },
  port: {
    type: 'integer',
    default: 4000,
    range: [0, 65_535],
    value: 'PORT',
    description: 'port to listen on; 0 for any free one',
  },
  tlsCertFile: { type: 'string', default: null, value: 'FILE', description: 'certificate to serve HTTPS by (PEM)' },
  tlsKeyFile: { type: 'string', default: null, value: 'FILE', description: 'its private key' },
  tlsClientCaFile: {
    type: 'string',
    default: null,
    value: 'FILE',
    description: 'authorities (PEM) of client certificates with which sensors and API servers may send events',
  },
  kubeconfig: {
    type: 'strings',
    default: [],
    value: 'FILE',
    description: 'kubeconfig; else KUBECONFIG, ~/.kube/config, or the pod we run in; repeat it for several',
  },
  context: {
    type: 'strings',
    default: [],
    value: 'NAME',
    description: 'context of the kubeconfig, repeated for several clusters; else the current one of each kubeconfig',
  },
  allContexts: {
    type: 'boolean',
    default: false,
    description: 'every cluster that the kubeconfig has contexts for',
  },
  cluster: {
    type: 'string',
    default: null,
    value: 'NAME',
    description: 'name of the cluster; else of the context, or the folder of a dump',
  },
  podSecurity: {
    type: 'string',
    default: 'privileged',
    value: 'LEVEL',
    description: 'Pod Security level the API server enforces by default: privileged, baseline or restricted',
  },
  jwksUrl: { type: 'string', default: null, value: 'URL', description: 'JSON Web Key Set to verify bearer tokens by' },
  jwtIssuer: { type: 'string', default: null, value: 'URL', description: 'issuer the tokens must have' },
  jwtAudience: { type: 'string', default: null, value: 'NAME', description: 'audience the tokens must have' },
  tokens: {
    type: 'string',
    default: null,
    value: 'FILE',
    description: 'file of static tokens, for small installations',
  },
  retention: {
    type: 'integer',
    default: 30,
    range: [1, 3650],
    value: 'DAYS',
    description: 'how long what has gone from a cluster is still found by its id, and alerts are kept',
  },
  cacheSize: {
    type: 'integer',
    default: 64,
    range: [0, 65_536],
    value: 'MB',
    description: 'how much of what requests read is kept for the next ones while it is true; 0 for nothing',
  },
  logLevel: {
    type: 'string',
    default: null,
    value: 'LEVEL',
    description: 'least level of logs: trace, debug, info, warn or error; else info, or warn on a terminal',
  },
  format: {
    type: 'string',
    default: null,
    value: 'FORMAT',
    description: 'of chart: table (the default), ndjson or graphml; of alerts: portolan (the default), falco or ocsf',
  },
  output: {
    type: 'string',
    default: '-',
    value: 'PLACE',
    description: 'where alerts go: - for standard output, a file to append to, or the http(s) address of a webhook',
  },
  alertsTo: {
    type: 'string',
    default: null,
    value: 'PLACE',
    description:
      'where alerts are sent as they are raised: - for standard output, a file, or the http(s) address of a webhook',
  },
  outputSecret: {
    type: 'string',
    default: null,
    value: 'TEXT',
    secret: true,
    description: 'signs what goes to a webhook (HMAC-SHA256, X-Portolan-Signature)',
  },
  from: {
    type: 'string',
    default: null,
    value: 'NODES',
    description:
      'INTERNET, EXPOSED_PODS, a kind (Pod), or readable names (Pod/default/*); else the Internet, or any pod where nothing is exposed',
  },
  to: {
    type: 'string',
    default: 'CLUSTER_ADMIN',
    value: 'NODES',
    description: 'CLUSTER_ADMIN, a kind, or readable names',
  },
  first: { type: 'integer', default: 10, range: [1, 1000], value: 'N', description: 'how many paths' },
  maxHops: {
    type: 'integer',
    default: 12,
    range: [1, 64],
    value: 'N',
    description: 'the most technique steps of a path',
  },
  json: { type: 'boolean', default: false, description: 'machine-readable output' },
  failOn: {
    type: 'string',
    default: null,
    value: 'COST',
    description: 'exit with 1 when a path costs at most this, or any for any path',
  },
  force: {
    type: 'boolean',
    default: false,
    description: 'write into a folder that is not empty, and replace a dump that is there',
  },
  everyOpen: {
    type: 'boolean',
    default: false,
    description: 'tell of every opened file, not only of those rules ask for',
  },
  rate: {
    type: 'integer',
    default: 0,
    value: 'N',
    description: 'most events of a type from one process in a second; 0 for any number',
  },
  noConnect: {
    type: 'strings',
    default: [],
    value: 'CLASS',
    description: 'leave out connects to such addresses: unix, loopback, private or public; repeatable',
  },
  ring: { type: 'integer', default: 16, value: 'MIB', description: 'buffer between kernel and sensor: a power of two' },
  alerts: {
    type: 'boolean',
    default: false,
    description: 'print alerts instead of events: by --rules, else by the rules that come with Portolan',
  },
  spool: {
    type: 'string',
    default: null,
    value: 'DIR',
    description: 'folder that records wait in for the publisher: collect into it, or with --publish send from it',
  },
  spoolSize: {
    type: 'integer',
    default: 128,
    range: [8, 65_536],
    value: 'MIB',
    description: 'the most that waits in the spool; then the least precious and oldest gives way',
  },
  budget: {
    type: 'integer',
    default: 2_000,
    range: [1, 100_000],
    value: 'N',
    description: 'records a second that may go into the spool, over ten seconds',
  },
  publish: {
    type: 'string',
    default: null,
    value: 'URL',
    description: 'send what is in --spool to the gateway there, and collect nothing',
  },
  tokenFile: {
    type: 'string',
    default: null,
    value: 'FILE',
    description: 'token to publish with, such as a projected one; read for each batch',
  },
  certFile: { type: 'string', default: null, value: 'FILE', description: 'client certificate to publish with (PEM)' },
  keyFile: { type: 'string', default: null, value: 'FILE', description: 'its private key' },
  caFile: {
    type: 'string',
    default: null,
    value: 'FILE',
    description: "certificates to trust the gateway by; else the system's",
  },
  metrics: {
    type: 'string',
    default: null,
    value: 'ADDRESS',
    description: "serve Prometheus' metrics at 127.0.0.1:PORT or unix:/PATH",
  },
  rules: {
    type: 'strings',
    default: [],
    value: 'FILE',
    description:
      'rule file of Falco or of Sigma, repeatable: up runs them beside the rules that come with Portolan, detect in their place',
  },
  auditLog: {
    type: 'strings',
    default: [],
    value: 'FILE',
    description: 'audit log of an API server to follow, repeatable; CLUSTER=FILE where several clusters are charted',
  },
  audit: {
    type: 'strings',
    default: [],
    value: 'ADDRESS',
    description: `where a cloud keeps the audit events of a cluster, repeatable, also CLUSTER=ADDRESS: ${cloudAddresses}`,
  },
  eventHubs: {
    type: 'string',
    default: null,
    value: 'TEXT',
    secret: true,
    description: 'connection string of the namespace that --audit aks://... names; else the identity that Azure finds',
  },
  consumerGroup: {
    type: 'string',
    default: '$Default',
    value: 'NAME',
    description: 'consumer group to read the event hubs in that --audit aks://... names',
  },
  auditLateness: {
    type: 'integer',
    default: 3,
    range: [1, 60],
    value: 'MINUTES',
    description: 'how much later than newer ones an event of EKS or GKE may come and still be taken',
  },
  storageAccount: {
    type: 'string',
    default: null,
    value: 'TEXT',
    secret: true,
    description:
      'connection string of the account that --audit aks-storage://... names; else the identity that Azure finds',
  },
  events: {
    type: 'string',
    default: null,
    value: 'FILE',
    description: 'events to run rules over; - for standard input',
  },
  source: {
    type: 'string',
    default: 'auto',
    value: 'SOURCE',
    description:
      'what the events are: syscall, k8s_audit (eks, aks, gke: as these deliver it), or auto to tell them apart one by one',
  },
  learn: {
    type: 'integer',
    default: null,
    range: [0, 365],
    value: 'DAYS',
    description:
      'tell of unusual behaviour, too, of whoever was watched for so many days (of the events); 0 for no; else 7 in up, and no in detect',
  },
  list: { type: 'boolean', default: false, description: 'list the rules, and whether events can fulfil them' },
  help: { type: 'boolean', default: false, description: 'show this' },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;

type ValueOf<S extends Setting> =
  | (S['type'] extends 'integer'
      ? number
      : S['type'] extends 'boolean'
        ? boolean
        : S['type'] extends 'strings'
          ? readonly string[]
          : string)
  | (S['default'] extends null ? null : never);

export type Settings = { readonly [K in SettingName]: ValueOf<(typeof settings)[K]> };

/** A name as flags write it. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function flagOf(name: SettingName): string {
  return `--${kebab(name)}`;
}

export function variableOf(name: SettingName): string {
  return `PORTOLAN_${kebab(name).replaceAll('-', '_').toUpperCase()}`;
}

export const settingNames = Object.keys(settings) as SettingName[];

export function isSecret(name: SettingName): boolean {
  return (settings[name] as Setting).secret ?? false;
}

const podSecurityLevels = ['privileged', 'baseline', 'restricted'] as const;

/** The level that --pod-security names. */
export function podSecurityLevel({ podSecurity }: Settings): (typeof podSecurityLevels)[number] {
  const level = podSecurityLevels.find((known) => known === podSecurity);
  if (!level) throw new CommandError(`--pod-security ${podSecurity}: there are ${podSecurityLevels.join(', ')}`);
  return level;
}
