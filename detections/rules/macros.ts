/** Conditions that several detections have in common. Each is a macro of the rule language. */
export const macros: Readonly<Record<string, string>> = {
  // Each request is told of at several stages; a session of exec or watch begins at ResponseStarted and may last for days.
  answered: 'ka.stage = ResponseComplete',
  session_started: '(ka.stage in (ResponseStarted, ResponseComplete))',
  succeeded: '(ka.response.code startswith 2 or ka.response.code = 101)',
  writes: '(ka.verb in (create, update, patch))',
  // Controllers, the scheduler and kubelets, which do all day what would be odd of anybody else.
  system_actor: '(ka.actor.kind in (system, node) or ka.actor.namespace = kube-system)',

  // A pod, or a kind of workload that makes pods, made or changed by somebody other than the cluster's own controllers.
  starts_workload:
    '(writes and not ka.target.subresource exists and not system_actor and ka.target.resource in (pods, deployments, daemonsets, statefulsets, replicasets, jobs, cronjobs, replicationcontrollers))',

  starts: '(evt.type in (execve, execveat))',
  opens: '(evt.type in (open, openat, openat2, creat, open_by_handle_at))',
  connects: '(evt.type = connect)',
  in_container: '(container.id exists and container.id != host)',
  shell: '(proc.name in (ash, bash, csh, dash, fish, ksh, sh, tcsh, zsh, busybox))',
  interpreter: '(proc.name startswith anyof (python, perl, ruby, php, node, lua))',
  downloader: '(proc.name in (curl, wget, aria2c, axel, lwp-download, GET))',
  copier: '(proc.name in (cp, mv, dd, install, rsync, scp, tar, zip, gzip))',
  plain_reader:
    '(proc.name in (cat, head, tail, less, more, strings, xxd, od, base64, grep, egrep, awk, gawk, sed, cut, sort, tee, vi, vim, nano))',
  history_file: '(fd.name endswith anyof (/.bash_history, /.zsh_history, /.ash_history, /.sh_history, /.history))',
  system_log:
    '(fd.name pmatch (/var/log/audit, /var/log/journal, /var/log/kubernetes) or fd.name in (/var/log/auth.log, /var/log/syslog, /var/log/messages, /var/log/secure, /var/log/wtmp, /var/log/btmp, /var/log/lastlog, /var/log/kern.log, /var/log/cloud-init.log))',
};
