import { defineDetection } from './define.ts';

export const shellHistoryCleared = defineDetection({
  name: 'Shell history cleared',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1070.003', name: 'Clear Command History' }],
  description: 'The history of a shell was deleted, emptied, or switched off: somebody hides what was typed.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Building images, where history is removed at the end.',
  references: ['https://attack.mitre.org/techniques/T1070/003/'],
  condition: `(evt.type in (unlink, unlinkat) and history_file)
    or (opens and evt.is_open_write = true and evt.arg.flags contains O_TRUNC and history_file)
    or (starts and proc.cmdline contains anyof ("history -c", "unset HISTFILE", "HISTFILE=/dev/null", "HISTSIZE=0"))
    or (starts and proc.name in (rm, shred, truncate, ln) and proc.args contains anyof (.bash_history, .zsh_history, .ash_history))`,
  output:
    'Shell history cleared (file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'unlinkat',
    'fd.name': '/root/.bash_history',
    'evt.arg.path': '/root/.bash_history',
    'proc.name': 'rm',
    'proc.cmdline': 'rm /root/.bash_history',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'Another file was deleted.',
    change: { 'fd.name': '/root/notes.txt', 'evt.arg.path': '/root/notes.txt', 'proc.cmdline': 'rm /root/notes.txt' },
  },
});
