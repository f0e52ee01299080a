/** Private: RFC 1918, RFC 6598, fc00::/7, and link-local ones. */
export const addressClasses = ['unix', 'loopback', 'private', 'public'] as const;
export type AddressClass = (typeof addressClasses)[number];

/** What the kernel is to keep to itself, and what not. */
export interface Filter {
  /** Every open, by whatever path. */
  readonly everyOpen: boolean;
  /** Opens of files with these names are events. */
  readonly readNames: readonly string[];
  /** So are those in directories with these names. */
  readonly readIn: readonly string[];
  /** Whether writes below a prefix of the real path are events, too; the longest prefix decides. */
  readonly writes: Readonly<Record<string, boolean>>;
  /** Whether connects to a class of addresses are events; all are, unless it says otherwise. */
  readonly connects: Readonly<Partial<Record<AddressClass, boolean>>>;
  /** Most events of a type that one process may send in about a second; 0: any number. */
  readonly rate: number;
  /** Whether opens tell the path as it was given, too: fd.nameraw. */
  readonly rawPaths: boolean;
  /** Whether programs that are run tell their environment: proc.env. It holds secrets, which never go further than to rules. */
  readonly environments: boolean;
  /** Sockets of the families that are made all the time, too: Unix, IPv4, IPv6, netlink. */
  readonly everySocket: boolean;
  /** BPF programs that are left out. */
  readonly without: readonly string[];
  readonly cgroups: { readonly only: boolean; readonly ids: readonly bigint[] } | null;
}

/** Programs that run only where rules ask for what they tell: they are of calls that are made all the time. */
export const askedPrograms: readonly string[] = ['socket', 'recvfrom', 'recvmsg'];

/** What Falco's rules ask of files: credentials when read; programs, settings and logins when written. */
export const defaultFilter: Filter = {
  everyOpen: false,
  readNames: [
    ...['shadow', 'gshadow', 'sudoers', 'pam.conf', 'master.passwd', 'security.conf'],
    ...['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'authorized_keys', 'known_hosts'],
    ...['token', 'kubeconfig', 'admin.conf', 'kubelet.conf', '.dockerconfigjson', '.git-credentials', '.netrc'],
    ...['.bash_history', '.zsh_history', 'environ', 'mem', 'release_agent', 'core_pattern', 'docker.sock'],
  ],
  readIn: ['.ssh', '.aws', '.azure', '.gcloud', '.kube', '.docker', 'sudoers.d', 'pam.d', 'pki', 'serviceaccount'],
  writes: {
    '/': false,
    '/etc/': true,
    '/bin/': true,
    '/sbin/': true,
    '/lib/': true,
    '/lib64/': true,
    '/usr/': true,
    '/boot/': true,
    '/root/': true,
    '/home/': true,
    '/opt/': true,
    '/dev/': true,
    '/dev/null': false,
    '/dev/tty': false,
    '/dev/pts/': false,
    '/dev/ptmx': false,
    '/dev/shm/': true,
    '/proc/sys/': true,
    '/sys/': true,
    '/tmp/': true,
    '/var/spool/cron': true,
    '/var/run/': true,
    '/run/secrets/': true,
    '/memfd:': true,
  },
  connects: {},
  rate: 0,
  rawPaths: false,
  environments: false,
  everySocket: false,
  without: askedPrograms,
  cgroups: null,
};

/** The orders that tell a loader so; docs/protocol/sensor.md, section 1. */
export function orders(filter: Filter, ringBytes: number, self: number): string {
  const { readNames, readIn, writes, connects, rate, without, cgroups } = filter;
  const lines = [
    `self ${self}`,
    `ring ${ringBytes}`,
    `rate ${rate}`,
    ...(filter.everyOpen ? ['every-open'] : []),
    ...(filter.rawPaths ? ['raw-paths'] : []),
    ...(filter.environments ? ['environments'] : []),
    ...(filter.everySocket ? ['every-socket'] : []),
    ...readNames.map((name) => `read-name ${name}`),
    ...readIn.map((name) => `read-in ${name}`),
    ...Object.entries(writes).map(([prefix, watched]) => `${watched ? 'write' : 'no-write'} ${prefix}`),
    ...Object.entries(connects).flatMap(([name, watched]) => (watched ? [] : [`no-connect ${name}`])),
    ...without.map((program) => `without ${program}`),
    ...(cgroups?.ids ?? []).map((id) => `${cgroups?.only ? 'only' : 'not'}-cgroup ${id}`),
    'start',
  ];
  const broken = lines.find((line) => line.includes('\n'));
  if (broken !== undefined) throw new RangeError(`a filter may not span lines: ${JSON.stringify(broken)}`);
  return `${lines.join('\n')}\n`;
}
