import { defineBehaviour, type History } from '../define.ts';

const asked = (day: number, ...sourceIPs: readonly string[]): History[number] => [
  day,
  {
    stage: 'ResponseComplete',
    verb: 'list',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs,
    objectRef: { resource: 'pods', namespace: 'shop' },
    responseStatus: { code: 200 },
  },
];
const everyday = Array.from({ length: 9 }, (_, day) => asked(day, '203.0.113.7'));

/** Addresses that are nobody's on the Internet: RFC 1918, 6598, 3927, 4193 and 4291. */
const inside =
  '10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 169.254.0.0/16, 127.0.0.0/8, "fc00::/7", "fe80::/10", "::1"';

export const requestFromAnUnusualAddress = defineBehaviour({
  name: 'Request from an unusual address',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [
    { id: 'T1090.003', name: 'Multi-hop Proxy' },
    { id: 'T1078', name: 'Valid Accounts' },
  ],
  description:
    'Somebody is let in from an address of the Internet that he never used. Stolen credentials come from elsewhere: through Tor and other proxies from another address each time.',
  remediation:
    'Look up whose address it is. If it is a proxy, or nobody knows of it, revoke the credential and see what else it was used for.',
  falsePositives: 'People who travel or change their provider: told of once for each address.',
  references: ['https://attack.mitre.org/techniques/T1090/003/', 'https://attack.mitre.org/techniques/T1078/'],
  learns: 'answered and succeeded and ka.user.name exists and not system_actor and not ka.user.name = system:anonymous',
  condition: `ka.sourceips exists and not ka.sourceips.net in (${inside})`,
  identity: ['ka.user.name'],
  measure: { kind: 'first-seen', feature: ['ka.sourceips'], peers: null },
  fires: [...everyday, asked(9, '10.0.0.9'), asked(10, '198.51.100.23')],
  nearMiss: {
    because: 'The addresses are of the own network.',
    history: [...everyday, asked(9, '10.0.0.9'), asked(10, '192.168.7.1', '127.0.0.1'), asked(11, 'fd00::9')],
  },
});
