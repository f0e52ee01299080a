import { accept } from './accept/accept.ts';
import { bind } from './bind/bind.ts';
import { bpf } from './bpf/bpf.ts';
import { chmod } from './chmod/chmod.ts';
import { connect } from './connect/connect.ts';
import { dns } from './dns/dns.ts';
import { dup } from './dup/dup.ts';
import { exec } from './exec/exec.ts';
import { execFailed } from './exec_failed/exec-failed.ts';
import { exit } from './exit/exit.ts';
import { fork } from './fork/fork.ts';
import { identity } from './identity/identity.ts';
import { ioUring } from './io_uring/io-uring.ts';
import { link } from './link/link.ts';
import { listen } from './listen/listen.ts';
import { memory } from './memory/memory.ts';
import { mkdir } from './mkdir/mkdir.ts';
import { module } from './module/module.ts';
import { mount } from './mount/mount.ts';
import { namespace } from './namespace/namespace.ts';
import { open } from './open/open.ts';
import type { Probe } from './probe.ts';
import { ptrace } from './ptrace/ptrace.ts';
import { receive } from './receive/receive.ts';
import { rename } from './rename/rename.ts';
import { send } from './send/send.ts';
import { signal } from './signal/signal.ts';
import { socket } from './socket/socket.ts';
import { unlink } from './unlink/unlink.ts';

/** Every probe; kernel/sensor.bpf.c lists the same. */
export const probes: readonly Probe[] = [
  exec,
  exit,
  fork,
  open,
  connect,
  bind,
  listen,
  accept,
  send,
  unlink,
  rename,
  link,
  mkdir,
  chmod,
  mount,
  namespace,
  ptrace,
  identity,
  module,
  bpf,
  memory,
  dup,
  signal,
  ioUring,
  dns,
  execFailed,
  socket,
  receive,
];
