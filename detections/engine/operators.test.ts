import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEvent } from './fields/syscall.ts';
import { auditEvent, fires, refusal } from './testing/rules.ts';

/** Conditions over one event each, and whether they hold. */
const holds = (event: Readonly<Record<string, unknown>>, table: Readonly<Record<string, boolean>>): void => {
  for (const [condition, expected] of Object.entries(table))
    assert.equal(fires(condition, event), expected, `${condition} over ${JSON.stringify(event)}`);
};

test('texts compare by every operator of theirs', () => {
  holds(
    { 'proc.name': 'bash', 'proc.exepath': '/usr/bin/bash', 'proc.cmdline': 'bash -c "Curl x"' },
    {
      'proc.name = bash': true,
      'proc.name=bash': true,
      'proc.name == "bash"': true,
      "proc.name = 'Bash'": false,
      'proc.name != bash': false,
      'proc.name != sh': true,
      'proc.name in (sh, bash)': true,
      'proc.name in (sh, "ba sh")': false,
      'proc.name in ()': false,
      'proc.name intersects (sh, bash)': true,
      'proc.cmdline contains Curl': true,
      'proc.cmdline contains curl': false,
      'proc.cmdline icontains curl': true,
      'proc.cmdline contains "c \\"Curl"': true,
      'proc.exepath startswith /usr': true,
      'proc.exepath startswith usr': false,
      'proc.exepath endswith /bash': true,
      'proc.exepath endswith /bas': false,
      'proc.exepath glob /usr/*sh': true,
      'proc.exepath glob "/usr/?"': false,
      'proc.exepath glob "/[a-u]sr/*"': true,
      'proc.exepath glob "/[!u]sr/*"': false,
      'proc.exepath iglob /USR/*': true,
      'proc.exepath glob /USR/*': false,
      'proc.exepath pmatch (/usr/bin)': true,
      'proc.exepath pmatch (/usr/bi)': false,
      'proc.exepath pmatch (/usr/bin/bash)': true,
      'proc.exepath pmatch (/opt, /*/bin/)': true,
      'proc.exepath pmatch (/opt, /*/sbin)': false,
      'proc.exepath pmatch (/)': true,
      'proc.exepath regex "/usr/.*"': true,
      'proc.exepath regex "/usr/"': false,
      'proc.exepath regex "usr"': false,
      'proc.name regex "ba(sh|zh)"': true,
      'proc.name exists': true,
      'proc.pname exists': false,
    },
  );
});

test('modifiers apply an operator to each of a list', () => {
  holds(
    { 'proc.cmdline': 'curl -s http://a | sh' },
    {
      'proc.cmdline contains anyof (wget, curl)': true,
      'proc.cmdline contains anyof (wget, fetch)': false,
      'proc.cmdline contains allof (curl, http, sh)': true,
      'proc.cmdline contains allof (curl, wget)': false,
      'proc.cmdline contains oneof (curl, wget)': true,
      'proc.cmdline contains oneof (curl, sh)': false,
      'proc.cmdline startswith anyof ("curl ", "wget ")': true,
      'proc.cmdline regex anyof ("wget.*", "curl.*sh")': true,
      'proc.cmdline = anyof (a, b)': false,
      'proc.cmdline != allof (a, b)': true,
      'proc.cmdline contains anyof ()': false,
      'proc.cmdline contains anyof': false,
      'proc.pname contains anyof (a)': false,
    },
  );
});

test('numbers compare as numbers', () => {
  holds(
    { 'fd.sport': 443, 'evt.rawres': -2, 'user.loginuid': -1, 'proc.duration': 5e9, 'proc.vpid': '7' },
    {
      'fd.sport = 443': true,
      'fd.sport = 0x1bb': true,
      'fd.sport != 443': false,
      'fd.sport in (80, 443)': true,
      'fd.sport intersects (80)': false,
      'fd.sport < 444': true,
      'fd.sport <= 443': true,
      'fd.sport > 443': false,
      'fd.sport >= 443': true,
      'evt.rawres < 0': true,
      'evt.rawres >= -2': true,
      'user.loginuid = -1': true,
      'proc.duration > 1e+9': true,
      'proc.vpid < 10': true,
      'fd.cport > 0': false,
      'fd.cport < 0': false,
    },
  );
});

test('booleans, addresses and networks compare as such', () => {
  holds(
    { 'evt.is_open_write': true, 'fd.cip': '10.1.2.3', 'fd.sip': '2001:db8::1', 'fd.cport': 5, 'fd.sport': 6 },
    {
      'evt.is_open_write = true': true,
      'evt.is_open_write != true': false,
      'evt.is_open_write in (false)': false,
      'evt.is_open_read = false': false,
      'fd.cip = 10.1.2.3': true,
      'fd.sip = "2001:0db8:0::1"': true,
      'fd.sip in ("::1", "2001:db8:0:0::1")': true,
      'fd.cip != 10.1.2.3': false,
      'fd.ip = 10.1.2.3': true,
      'fd.ip = "2001:db8::1"': true,
      'fd.ip != 10.1.2.3': false,
      'fd.ip != 10.1.2.4': true,
      'fd.cnet = 10.0.0.0/8': true,
      'fd.cnet = 10.1.2.3': true,
      'fd.cnet = 10.2.0.0/16': false,
      'fd.snet in ("2001:db8::/32", 10.0.0.0/8)': true,
      'fd.snet = 0.0.0.0/0': false,
      'fd.net = 10.0.0.0/8': true,
      'fd.port in (6, 7)': true,
      'fd.port != 6': false,
      'fd.lip = 10.1.2.3': false,
    },
  );
});

test('a missing field fulfils nothing, and so everything under not', () => {
  holds(
    { 'evt.type': 'open' },
    {
      'proc.name = bash': false,
      'proc.name != bash': false,
      'not proc.name = bash': true,
      'not proc.name != bash': true,
      'proc.name in (bash)': false,
      'not proc.name in (bash)': true,
      'proc.name exists': false,
      'not proc.name exists': true,
      'proc.name = ""': false,
      'fd.ip != 1.2.3.4': false,
      'proc.aname != bash': false,
      'proc.name = val(proc.pname)': false,
      'evt.num > 0': true,
      'evt.num = 0': false,
    },
  );
});

test('an ancestor is any of them, or that of a number', () => {
  holds(
    { 'proc.name': 'c', 'proc.aname[1]': 'b', 'proc.aname[2]': 'a' },
    {
      'proc.aname = a': true,
      'proc.aname in (x, b)': true,
      'proc.aname = c': false,
      'proc.aname[0] = c': true,
      'proc.aname[1] = b': true,
      'proc.aname[2] = b': false,
      'proc.aname[3] exists': false,
      'proc.aname startswith a': true,
      'proc.aname != a': false,
      'proc.aname != z': true,
    },
  );
});

test('transformers change what is compared, on either side', () => {
  holds(
    { 'proc.name': 'Sh', 'proc.exepath': '/usr/bin/Sh', 'proc.cmdline': 'aGVsbG8=', 'proc.pname': 'sh' },
    {
      'tolower(proc.name) = sh': true,
      'toupper(proc.name) in (SH)': true,
      'basename(proc.exepath) = Sh': true,
      'tolower(basename(proc.exepath)) = sh': true,
      'b64(proc.cmdline) = hello': true,
      'b64(proc.name) = hello': false,
      'len(proc.name) = 2': true,
      'len( proc.cmdline ) > 7': true,
      'concat(proc.name, "/", proc.pname) = "Sh/sh"': true,
      'concat(proc.name, proc.sname) exists': false,
      'proc.pname = tolower(proc.name)': true,
      'proc.name = val(proc.pname)': false,
      'proc.name != val(proc.pname)': true,
      'proc.exepath endswith val(proc.name)': true,
      'proc.name in val(proc.name)': true,
      'proc.exepath contains basename(proc.exepath)': true,
    },
  );
});

test('lists: in is all, intersects is any', () => {
  const pod = auditEvent({
    requestObject: { spec: { containers: [{ image: 'a:1', args: ['-lp', '22'] }, { image: 'b@sha256:0' }] } },
  });
  const table: Readonly<Record<string, boolean>> = {
    'ka.req.pod.containers.image.repository in (a, b, c)': true,
    'ka.req.pod.containers.image.repository in (a)': false,
    'ka.req.pod.containers.image.repository intersects (b, z)': true,
    'ka.req.pod.containers.image.repository intersects (z)': false,
    'ka.req.pod.containers.image[1] in ("b@sha256:0")': true,
    'ka.req.pod.containers.image[2] exists': false,
    'ka.req.pod.containers.privileged intersects (true)': false,
    'not ka.req.pod.containers.privileged intersects (true)': true,
    'ka.req.pod.initContainers.image in (a)': false,
    'len(ka.req.pod.containers.image) = 2': true,
    'join(",", ka.req.pod.containers.image.repository) = "a,b"': true,
    'tolower(ka.req.pod.containers.image.repository) in (a, b)': true,
    'getopt(ka.req.pod.containers.args, "lp:")[p] = 22': true,
    'getopt(ka.req.pod.containers.args, "lp:")[l] = l': true,
    'getopt(ka.req.pod.containers.args, "lp:") intersects (p)': true,
    'getopt(ka.req.pod.containers.args, "x") in ("?")': true,
    'ka.req.pod.containers.image intersects val(ka.req.pod.containers.image)': true,
  };
  for (const [condition, expected] of Object.entries(table))
    assert.equal(fires(condition, pod, 'k8s_audit'), expected, condition);
});

test('mounts are found by where they are from, or where they are; of those that there are not is said N/A, as by Falco', () => {
  const none = {
    'container.mount.dest[/proc*] in ("<NA>", "N/A")': true,
    'container.mount.dest[/proc*] != "N/A"': false,
    'container.mount[/proc*] = none': true,
  };
  const bare = { 'container.id': '5f2ce4c1a9b0' };
  holds(bare, none);
  const mounts = '/etc/hosts:/etc/hosts::true:private /proc/1/root:/host:z:false:rslave /a:b:/c::true:private';
  holds({ ...bare, 'container.mounts': mounts.split(' ')[0] }, none);
  holds(
    { ...bare, 'container.mounts': mounts },
    {
      'container.mount.dest[/proc*] != "N/A"': true,
      'container.mount.dest[/proc*] = /host': true,
      'container.mount.dest[1] = /host': true,
      'container.mount.dest[7] = N/A': true,
      'container.mount.source[/host] = /proc/1/root': true,
      'container.mount.rdwr[/proc*] = false': true,
      'container.mount.mode[/proc*] = z': true,
      'container.mount.propagation[/proc*] = rslave': true,
      'container.mount[/proc*] = /proc/1/root:/host:z:false:rslave': true,
      'container.mount.dest[/a:b] = /c': true,
      'container.mount.dest[/proc] = N/A': true,
    },
  );
  holds({ 'container.id': 'host' }, { 'container.mount.dest[/proc*] exists': false });
});

test('paths of calls that succeeded have one name, whatever the call', () => {
  const of = (type: string, result: number, more: NodeEvent): NodeEvent => ({
    'evt.type': type,
    'evt.rawres': result,
    ...more,
  });
  holds(of('unlinkat', 0, { 'evt.arg.path': '/a' }), { 'fs.path.name = /a': true, 'fs.path.source exists': false });
  holds(of('unlinkat', -2, { 'evt.arg.path': '/a' }), { 'fs.path.name exists': false });
  holds(of('openat', 3, { 'evt.arg.name': '/a' }), { 'fs.path.name = /a': true });
  holds(of('memfd_create', 3, { 'evt.arg.name': '/a' }), { 'fs.path.name exists': false });
  holds(of('fchmodat', 0, { 'evt.arg.filename': '/a' }), { 'fs.path.name = /a': true });
  const two = { 'evt.arg.oldpath': '/old', 'evt.arg.newpath': '/new' };
  holds(of('renameat2', 0, two), { 'fs.path.source = /old': true, 'fs.path.target = /new': true });
  holds(of('linkat', 0, two), { 'fs.path.source = /new': true, 'fs.path.target = /old': true });
  const link = { 'evt.arg.linkpath': '/l', 'evt.arg.target': '../t' };
  holds(of('symlink', 0, link), { 'fs.path.source = /l': true, 'fs.path.target = "../t"': true });
});

test('arguments of a call by number, which differ by the call, and by name', () => {
  holds(
    { 'evt.type': 'open', 'evt.arg.name': '/data/x', 'fd.num': 3 },
    {
      'evt.arg[1] startswith /data': true,
      'evt.arg[0] = 3': true,
      'evt.arg[name] = /data/x': true,
      'evt.arg[2] exists': false,
      'evt.arg[9] exists': false,
    },
  );
  const opened = { 'evt.type': 'openat', 'evt.arg.name': '/data/x' };
  holds(opened, { 'evt.arg[1] startswith /data': false, 'evt.arg[2] startswith /data': true });
  const moved = { 'evt.type': 'rename', 'evt.arg.oldpath': '/a', 'evt.arg.newpath': '/b', 'evt.res': 'SUCCESS' };
  holds(moved, { 'evt.arg[0] = SUCCESS': true, 'evt.arg[1] = /a': true, 'evt.rawarg[2] = /b': true });
  holds({ 'evt.type': 'connect', 'evt.arg.name': '/a' }, { 'evt.arg[1] exists': false });
});

test('users and groups among the arguments are known by number and by name', () => {
  const event = { 'evt.type': 'setuid', 'evt.arg.uid': 0, 'evt.arg.uid.name': 'root' };
  holds(event, {
    'evt.arg.uid = root': true,
    'evt.arg.uid = 0': true,
    'evt.arg.uid in (nobody, root)': true,
    'evt.arg.uid != root': false,
    'evt.arg.uid != 0': false,
    'evt.arg.uid != nobody': true,
    'evt.rawarg.uid = 0': true,
    'evt.rawarg.uid = root': false,
  });
  holds({ 'evt.type': 'setuid', 'evt.arg.uid': 7 }, { 'evt.arg.uid = 7': true, 'evt.arg.uid != root': true });
});

const refused: Readonly<Record<string, RegExp>> = {
  'proc.name': /expected an operator.*found the end/,
  'proc.name =': /expected a value after ‘=’/,
  'proc.name ~ x': /expected an operator .* found ‘~’/,
  'proc.name = "x': /the " here is not closed/,
  'proc.name = "\\q"': /‘\\q’ is no escape/,
  'proc.name in a b': /expected ‘and’, ‘or’ or the end/,
  'proc.name in (a b)': /expected ‘,’ or ‘\)’ in the list/,
  'proc.name in (a, )': /expected a value of the list/,
  '(proc.name = a': /expected ‘\)’/,
  'proc.name = a andproc.name = b': /expected a blank or ‘\(’ after ‘and’/,
  'proc.name = a or': /expected a check .* found the end/,
  'proc.name = a or=': /expected a blank or/,
  not: /expected a check .* found the end/,
  'proc.nam = a': /no field ‘proc.nam’: did you mean proc.name/,
  'proc.name[1] = a': /takes no argument/,
  'proc.aname[x] = a': /must be a number from 0/,
  'fd.sport = http': /‘http’ is no number/,
  'fd.sport > http': /expected a value after/,
  'fd.sport contains 4': /of the type number and cannot be compared by ‘contains’/,
  'evt.is_open_read = yes': /neither true nor false/,
  'fd.sip = localhost': /no IP address/,
  'fd.snet = 10.0.0.0/99': /no network/,
  'proc.name regex "("': /no regular expression of RE2/,
  'proc.name bcontains 0a': /cannot be compared by ‘bcontains’/,
  'evt.buffer bcontains xyz': /no bytes in hexadecimal/,
  'proc.name = val(fd.sport)': /expected the same/,
  'proc.name regex val(proc.pname)': /compares with values only/,
  'len(fd.sport) > 1': /len\(\) takes one text or list/,
  'join(proc.name, proc.name) = a': /a separator and a list/,
  nothing_such: /there is no macro ‘nothing_such’/,
};

test('what is wrong with a condition is said, with what was expected', () => {
  for (const [condition, expected] of Object.entries(refused)) assert.match(refusal(condition), expected, condition);
  assert.match(refusal('ka.user.groups = x', 'k8s_audit'), /is a list and cannot be compared by ‘=’/);
  assert.match(refusal('ka.uri.param = x', 'k8s_audit'), /needs an argument/);
});
