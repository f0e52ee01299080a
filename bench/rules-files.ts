// Rule files of the shape of Falco's, for bench/rules.ts: as many checks, macros, lists and exceptions, words of our own.

import type { Random } from '../test/property/random.ts';

/** Programs that everyday events do not have, and rules ask about. */
export const oddPrograms = [
  'ncat',
  'nmap',
  'xmrig',
  'masscan',
  'tcpdump',
  'socat',
  'hydra',
  'john',
  'linpeas',
  'chisel',
] as const;
export const oddFolders = [
  '/root/.ssh',
  '/etc/shadow.d',
  '/var/spool/cron',
  '/etc/ld.so.d',
  '/dev/shm/.x',
  '/home/a/.aws',
] as const;

const programs = 'ash bash dash sh zsh csh ksh apt dpkg rpm yum apk pip npm gem git make gcc vi sed awk'.split(' ');

const head = `
- list: shells
  items: [ash, bash, dash, sh, zsh, csh, ksh]
- list: package_managers
  items: [apt, apt-get, dpkg, rpm, yum, dnf, apk, pip, pip3, npm, gem, yarn]
- list: trusted_parents
  items: [containerd-shim, runc, systemd, cron, sshd-session, supervisord, tini, package_managers]
- list: network_tools
  items: [ncat, nmap, masscan, tcpdump, socat, chisel]
- list: quiet_images
  items: [registry.example/agent, registry.example/scanner, registry.example/backup]
- macro: started
  condition: (evt.type in (execve, execveat) and evt.dir=<)
- macro: opened_to_read
  condition: (evt.type in (open, openat, openat2) and evt.is_open_read=true and fd.typechar='f' and fd.num>=0)
- macro: opened_to_write
  condition: (evt.type in (open, openat, openat2) and evt.is_open_write=true and fd.typechar='f' and fd.num>=0)
- macro: outbound
  condition: (((evt.type in (connect) and evt.dir=<) or (evt.type in (sendto, sendmsg) and fd.l4proto=udp)) and (fd.typechar=4 or fd.typechar=6) and (fd.ip != "0.0.0.0" and fd.net != "127.0.0.0/8" and not fd.snet in ("10.0.0.0/8", "192.168.0.0/16")) and (evt.rawres >= 0 or evt.res = EINPROGRESS))
- macro: container
  condition: (container.id != host)
- macro: interactive
  condition: ((proc.aname=sshd and proc.name != sshd) or proc.name=systemd-logind or proc.name=login)
- macro: known_good
  condition: (container.image.repository in (quiet_images) or proc.pname in (trusted_parents) and proc.aname[2] in (trusted_parents))
- macro: never_true
  condition: (evt.num=0)
- macro: user_known
  condition: (never_true)
`;

function rule(name: string, source: string, condition: string, output: string): string {
  return `- rule: ${name}
  desc: ${name}
  source: ${source}
  condition: >
    ${condition}
  output: ${JSON.stringify(`${name} (${output})`)}
  priority: WARNING
  tags: [T1059]
`;
}

const nodeOutput =
  'user=%user.name uid=%user.uid command=%proc.cmdline parent=%proc.pname file=%fd.name container=%container.id';

/** \`count\` rules over node events, in the shares of the 93 that Falco has: 41 % start, 25 % open, 16 % connect. */
export function nodeRules(count: number, from: Random): string {
  const some = (most: number): string => from.sample(programs, most).concat(from.pick(oddPrograms)).join(', ');
  const shapes: Readonly<Record<string, () => string>> = {
    start: () =>
      from.pick([
        () =>
          `started and container and proc.name in (${from.pick(oddPrograms)}, ${from.pick(oddPrograms)}) and not user_known and not known_good`,
        () =>
          `started and proc.name in (shells) and proc.pname in (${from.pick(oddPrograms)}, www-data) and not proc.cmdline contains "health" and not user_known`,
        () =>
          `started and container and (proc.cmdline contains "${from.pick(oddPrograms)} -" or proc.args contains " ${from.pick(oddPrograms)}" or proc.cmdline startswith "${from.pick(oddPrograms)} ") and not proc.pname in (trusted_parents)`,
        () =>
          `started and (proc.exepath startswith /dev/shm/ or (proc.cwd startswith /dev/shm/ and proc.args endswith ".sh") or (proc.args startswith "-c" and proc.args contains "/dev/shm")) and not container.image.repository in (quiet_images)`,
        () =>
          `started and interactive and proc.name in (${from.pick(oddPrograms)}) and not proc.aname[3] in (trusted_parents)`,
        () =>
          `started and container and proc.is_exe_upper_layer=true and proc.name in (network_tools) and not proc.pexepath glob "/opt/*/bin/*"`,
        () =>
          `started and user.uid != 0 and proc.name in (${from.pick(oddPrograms)}) and (proc.args icontains "--daemon" or proc.args pmatch (/tmp, /var/tmp))`,
      ])(),
    open: () =>
      from.pick([
        () =>
          `opened_to_read and container and (fd.name startswith ${from.pick(oddFolders)} or fd.name in (/etc/shadow, /etc/sudoers)) and not proc.name in (${some(8)}) and not user_known`,
        () =>
          `opened_to_write and fd.directory in (/bin, /sbin, /usr/bin, /usr/sbin) and not proc.name in (package_managers) and not proc.pname in (package_managers)`,
        () =>
          `opened_to_write and fd.name startswith ${from.pick(oddFolders)} and not proc.aname[2] in (trusted_parents) and not user_known`,
        () =>
          `opened_to_read and (fd.name endswith id_rsa or fd.name endswith .pem or fd.name contains "/.aws/credentials") and not known_good and proc.name in (${from.pick(oddPrograms)})`,
        () => `opened_to_read and fd.name glob "/proc/*/environ" and not proc.name in (trusted_parents)`,
      ])(),
    connect: () =>
      from.pick([
        () => `outbound and container and fd.sport in (3333, 4444, 5555, 7777, 14444) and not known_good`,
        () => `outbound and proc.name in (${from.pick(oddPrograms)}, ${from.pick(oddPrograms)}) and not user_known`,
        () =>
          `outbound and fd.sip = "169.254.169.254" and container and not proc.name in (trusted_parents) and proc.name in (${some(3)})`,
        () => `outbound and proc.name in (shells) and fd.l4proto = tcp and not fd.sport in (53, 80, 443)`,
      ])(),
    other: () =>
      from.pick([
        () =>
          `evt.type in (rename, renameat, unlink, unlinkat) and container and (evt.arg.path endswith _history or evt.arg.name endswith _history or fd.name startswith ${from.pick(oddFolders)}) and not user_known`,
        () =>
          `evt.type in (chmod, fchmod, fchmodat) and container and evt.arg.mode contains S_ISUID and not proc.name in (package_managers)`,
        () =>
          `evt.type = ptrace and evt.arg.request in (PTRACE_POKETEXT, PTRACE_ATTACH, PTRACE_SEIZE) and proc.name in (${from.pick(oddPrograms)})`,
        () =>
          `evt.type in (setns, unshare) and container and not proc.name in (runc, containerd-shim) and thread.cap_permitted contains CAP_SYS_ADMIN`,
        () =>
          `evt.type in (mkdir, mkdirat, symlink, symlinkat, linkat) and evt.arg.path startswith ${from.pick(oddFolders)} and not proc.pname in (trusted_parents)`,
      ])(),
  };
  const shares = { start: 0.41, open: 0.25, connect: 0.16, other: 0.18 } as const;
  const kinds = Object.entries(shares).flatMap(([kind, share]) => Array<string>(Math.round(share * count)).fill(kind));
  const rules = Array.from({ length: count }, (_, index) =>
    rule(`Node ${index}`, 'syscall', shapes[kinds[index] ?? 'other']?.() ?? '', nodeOutput),
  );
  return head + rules.join('');
}

const auditOutput =
  'user=%ka.user.name verb=%ka.verb target=%ka.target.name resource=%ka.target.resource namespace=%ka.target.namespace resp=%ka.response.code';

/** Namespaces that everyday audit events do not have. */
export const oddNamespaces = ['quarantine', 'attic', 'hidden', 'scratch'] as const;

/** 48 rules over audit events, as many as Falco has, and of their shapes. */
export function auditRules(from: Random): string {
  const head = `
- macro: request
  condition: (jevt.value[/stage] in (ResponseComplete))
- macro: create
  condition: ka.verb=create
- macro: modify
  condition: (ka.verb in (create, update, patch))
- macro: remove
  condition: ka.verb=delete
- macro: success
  condition: (ka.response.code startswith 2)
- macro: ours
  condition: (ka.user.name startswith "system:" or ka.user.name in (admin, deployer))
- macro: pod
  condition: ka.target.resource=pods and not ka.target.subresource exists
- list: allowed_registries
  items: [registry.example/shop/web, registry.example/shop/cart, registry.example/shop/db, registry.example/agent]
- list: private_words
  items: [aws_access_key_id, aws-access-key-id, password, passphrase]
`;
  const of = (resource: string): string => `ka.target.resource=${resource}`;
  const resources = [
    'deployments',
    'services',
    'configmaps',
    'namespaces',
    'serviceaccounts',
    'roles',
    'clusterroles',
    'rolebindings',
    'clusterrolebindings',
    'secrets',
  ];
  const changes = resources.flatMap((resource) => [
    `request and create and ${of(resource)} and success and ka.target.namespace in (${from.pick(oddNamespaces)})`,
    `request and remove and ${of(resource)} and success and not ours and ka.target.namespace in (${from.pick(oddNamespaces)})`,
  ]);
  const pods = [
    'ka.req.pod.containers.privileged intersects (true)',
    'ka.req.pod.initContainers.privileged intersects (true)',
    'ka.req.pod.volumes.hostpath intersects (/, /etc, /proc, /var/run/docker.sock, /root)',
    'ka.req.pod.host_network intersects (true)'.replace(' intersects (true)', '=true'),
    'ka.req.pod.host_pid=true',
    'ka.req.pod.host_ipc=true',
    'not ka.req.pod.containers.image.repository in (allowed_registries)',
    'ka.req.pod.containers.add_capabilities intersects (SYS_ADMIN, NET_ADMIN)',
  ].map(
    (condition) =>
      `request and pod and create and success and ${condition} and not ka.target.namespace in (kube-system)`,
  );
  const rest = [
    'request and pod and ka.verb in (create, get) and ka.target.subresource in (exec, attach) and not ours',
    'ka.target.resource=pods and ka.verb in (create, get) and ka.target.subresource in (exec, attach) and not ours and ka.uri.param[command] contains sh',
    'ka.target.subresource in (portforward) and ka.target.resource=pods and not ours',
    'request and pod and modify and ka.target.subresource in (ephemeralcontainers)',
    'request and modify and ka.target.resource=configmaps and (ka.req.configmap.obj contains "aws_access_key_id" or ka.req.configmap.obj contains "passphrase")',
    'request and ka.user.name=system:anonymous and ka.auth.decision=allow and not ka.uri startswith /livez and not ka.uri startswith /readyz and not ka.uri startswith /healthz',
    'request and not ka.user.name startswith "system:" and not ka.user.name in (admin, deployer, alice, bob, carol)',
    'request and create and ka.target.resource in (roles, clusterroles) and ka.req.role.rules.resources intersects ("*") and ka.req.role.rules.verbs intersects ("*")',
    'request and create and ka.target.resource in (roles, clusterroles) and ka.req.role.rules.resources intersects ("pods/exec")',
    'request and create and ka.target.resource=clusterrolebindings and ka.req.binding.role=cluster-admin',
    'request and (modify or remove) and ka.target.resource=clusterroles and ka.target.name startswith "system:" and not ours',
    'request and create and ka.target.resource=services and ka.req.service.type=NodePort',
    'request and create and ka.target.resource=ingresses and not jevt.value[/requestObject/spec/tls] exists',
    'request and ka.target.resource=secrets and ka.verb=get and success and not ours and ka.target.namespace in (kube-system)',
    'request and ka.target.resource=secrets and ka.verb=get and ka.response.code in (401, 403) and not ka.user.name startswith "system:node:"',
    'request and create and ka.target.resource=nodes and not ka.user.name startswith "system:node:" and success',
    'request and create and ka.target.resource=nodes and not success and not ours',
    'request and ka.target.namespace in (kube-public) and create and not ours',
    'request and ka.useragent contains anyof (kube-hunter, peirates, kubeletctl) and not ours',
    'request and ka.impuser.name exists and not ours',
  ];
  const all = [...changes, ...pods, ...rest].slice(0, 48);
  return head + all.map((condition, index) => rule(`Audit ${index}`, 'k8s_audit', condition, auditOutput)).join('');
}
