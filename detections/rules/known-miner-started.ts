import { defineDetection } from './define.ts';

export const knownMinerStarted = defineDetection({
  name: 'Known miner started',
  source: 'syscall',
  severity: 'HIGH',
  attack: [{ id: 'T1496.001', name: 'Compute Hijacking' }],
  description:
    'A program was started that mines digital currency, by its name or by what its command line says: the address of a pool, or a wallet.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. The credentials that started the container are stolen, or misused.',
  falsePositives: 'Research into miners.',
  references: ['https://attack.mitre.org/techniques/T1496/001/'],
  condition: `starts and (proc.name in (xmrig, xmr-stak, minerd, cpuminer, cgminer, bfgminer, ethminer, minergate, minergate-cli, lolMiner, t-rex, nbminer, phoenixminer, kdevtmpfsi, kinsing, claymore, ccminer, nanominer, srbminer-multi)
      or proc.cmdline icontains anyof ("stratum+tcp://", "stratum+ssl://", "stratum2+tcp://", "--donate-level", "--coin=monero", "--nicehash", "--randomx", "-o pool.", "cryptonight"))`,
  output:
    'Known miner started (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'xmrig',
    'proc.exepath': '/tmp/xmrig',
    'proc.cmdline': 'xmrig -o pool.example.com:3333',
    'proc.args': '-o pool.example.com:3333',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It only has mine in its name.',
    change: {
      'proc.name': 'determine',
      'proc.exepath': '/usr/bin/determine',
      'proc.cmdline': 'determine --all',
      'proc.args': '--all',
    },
  },
});
