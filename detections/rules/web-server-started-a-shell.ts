import { defineDetection } from './define.ts';

export const webServerStartedAShell = defineDetection({
  name: 'Web server started a shell',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1505.003', name: 'Web Shell' },
    { id: 'T1190', name: 'Exploit Public-Facing Application' },
  ],
  description:
    'A web or application server started a shell or a tool that attackers look around with: something was uploaded to it, or makes it run commands.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Close the hole in the application.',
  falsePositives: 'Applications that call commands: suppress them by image, or have them use a library.',
  references: ['https://attack.mitre.org/techniques/T1505/003/'],
  condition: `starts and in_container and (proc.pname in (nginx, httpd, apache2, lighttpd, caddy, php-fpm, php-fpm7.4, php-fpm8.1, php-fpm8.2, php-fpm8.3, php, php-cgi, tomcat, catalina.sh, uwsgi, gunicorn, unicorn, puma, w3wp) or (proc.pname = java and proc.pcmdline contains anyof (catalina, tomcat, jetty, jboss, wildfly, weblogic, spring)))
    and (proc.name in (id, whoami, uname, ifconfig, netstat, ss, wget, curl, nc, ncat) or (shell and proc.args contains anyof ("-i", whoami, "id", uname, /etc/passwd, wget, curl, /dev/tcp, base64)))`,
  output:
    'Web server started a shell (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'sh',
    'proc.exepath': '/usr/bin/sh',
    'proc.cmdline': 'sh -c whoami',
    'proc.args': '-c whoami',
    'proc.pname': 'php-fpm',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It resizes a picture.',
    change: { 'proc.cmdline': 'convert a.png b.png', 'proc.args': 'a.png b.png', 'proc.name': 'convert' },
  },
});
