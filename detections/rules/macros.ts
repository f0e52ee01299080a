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
};
