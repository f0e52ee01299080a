import { defineBehaviour, type History } from '../define.ts';

const ran = (day: number, name: string): History[number] => [
  day,
  {
    'evt.type': 'execve',
    'proc.name': name,
    'proc.exepath': `/usr/bin/${name}`,
    'proc.cmdline': name,
    'proc.pname': 'sh',
    'container.id': '0123456789ab',
  },
];
const everyday = Array.from({ length: 9 }, (_, day) => ran(day, 'id'));
const looks = ['id', 'whoami', 'uname', 'ps', 'netstat', 'ip'];

export const burstOfReconnaissance = defineBehaviour({
  name: 'Burst of reconnaissance',
  source: 'syscall',
  severity: 'HIGH',
  attack: [
    { id: 'T1082', name: 'System Information Discovery' },
    { id: 'T1057', name: 'Process Discovery' },
  ],
  description:
    'Many different programs that look around are started in a container within five minutes: so does somebody who has just come in.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'People who look for the cause of a failure.',
  references: ['https://attack.mitre.org/techniques/T1082/'],
  learns: 'starts and in_container',
  condition:
    'proc.name in (id, whoami, uname, hostname, ps, netstat, ss, ip, ifconfig, arp, lsblk, df, mount, env, printenv, last, w, who, lsof, nproc, lscpu, dmesg, getent, findmnt, capsh)',
  identity: ['container.id'],
  measure: { kind: 'burst', of: ['proc.name'], seconds: 300, least: 6 },
  fires: [...everyday, ...looks.map((name, index) => ran(9 + index / 100_000, name))],
  nearMiss: {
    because: 'It is one program, over and over.',
    history: [...everyday, ...looks.map((_, index) => ran(9 + index / 100_000, 'ps'))],
  },
});
