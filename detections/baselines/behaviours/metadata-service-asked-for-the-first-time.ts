import { defineBehaviour, type History } from '../define.ts';

const connected = (day: number, address: string): History[number] => [
  day,
  {
    'evt.type': 'connect',
    'evt.rawres': 0,
    'fd.sip': address,
    'fd.sport': 80,
    'proc.exepath': '/usr/bin/shop',
    'proc.cmdline': 'shop',
    'container.id': '0123456789ab',
  },
];
const everyday = Array.from({ length: 9 }, (_, day) => connected(day, '10.0.0.7'));

export const metadataServiceAskedForTheFirstTime = defineBehaviour({
  name: 'Metadata service asked for the first time',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1552.005', name: 'Cloud Instance Metadata API' }],
  description:
    'A program in containers, which has had connections for long, asks the metadata service of the cloud for the first time: there it gets a token of the node.',
  remediation: 'Find out why it asks. Keep pods from the metadata service by a network policy or a hop limit of 1.',
  falsePositives: 'Clients of clouds that refresh credentials seldom.',
  references: ['https://attack.mitre.org/techniques/T1552/005/'],
  learns: 'connects and in_container',
  condition: 'fd.sip = 169.254.169.254',
  identity: ['proc.exepath'],
  measure: { kind: 'first-seen', feature: ['fd.sip'], peers: null },
  fires: [...everyday, connected(9, '169.254.169.254')],
  nearMiss: {
    because: 'It asked before it was known, and so always has.',
    history: [connected(0, '169.254.169.254'), ...everyday, connected(9, '169.254.169.254')],
  },
});
