// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/path.h"
#include "../../kernel/pid.h"

enum { ARGUMENT_BYTES = 2048, ENVIRONMENT_BYTES = 4096, OVERLAY_MAGIC = 0x794c7630 };
enum { EXEC_UPPER_LAYER = 1, EXEC_MEMFD = 2, EXEC_UNLINKED = 4 };

struct exec_event {
	struct event header;
	__u64 inode;
	__u64 effective, permitted, inheritable; /* capabilities */
	__u64 parent_start;
	__u32 parent;
	__u32 euid, loginuid;
	__u32 tty; /* device number; 0: none */
	__u32 session, group;
	__u32 own_pid, own_group, own_session; /* as its own pid namespace numbers them */
	__u32 namespaces[7]; /* mnt, pid, net, user, uts, ipc, cgroup */
	__u32 mode;
	__u16 kind; /* EXEC_* */
	__u16 executable, directory, arguments; /* lengths of what follows */
	char name[16];
	__u16 environment; /* length, behind the arguments */
	__u16 reserved;
};

static __always_inline void identity(struct exec_event *event, struct task_struct *task)
{
	struct cred *cred = (void *)READ(task, cred);
	event->euid = READ(cred, euid.val);
	event->loginuid = bpf_core_field_exists(task->loginuid) ? READ(task, loginuid.val) : -1;
	BPF_CORE_READ_INTO(&event->effective, cred, cap_effective);
	BPF_CORE_READ_INTO(&event->permitted, cred, cap_permitted);
	BPF_CORE_READ_INTO(&event->inheritable, cred, cap_inheritable);
	struct task_struct *parent = READ(task, real_parent);
	event->parent = READ(parent, tgid);
	event->parent_start = READ(parent, group_leader, start_boottime);
	event->namespaces[3] = READ(cred, user_ns, ns.inum);
}

static __always_inline void position(struct exec_event *event, struct task_struct *task)
{
	struct signal_struct *signal = READ(task, signal);
	struct pid *pid = READ(task, thread_pid);
	__u32 level = READ(pid, level);
	struct pid *group = READ(signal, pids[PIDTYPE_PGID]);
	struct pid *session = READ(signal, pids[PIDTYPE_SID]);
	event->group = number_at(group, 0);
	event->session = number_at(session, 0);
	event->own_pid = number_at(pid, level);
	/* A group or session from outside has no number in the namespace: 0, as getpgid() would say. */
	event->own_group = READ(group, level) >= level ? number_at(group, level) : 0;
	event->own_session = READ(session, level) >= level ? number_at(session, level) : 0;
	struct tty_struct *tty = READ(signal, tty);
	event->tty = 0;
	if (tty)
		event->tty = READ(tty, driver, major) << 8 |
			     (READ(tty, driver, minor_start) + READ(tty, index));
	struct nsproxy *namespaces = READ(task, nsproxy);
	event->namespaces[0] = READ(namespaces, mnt_ns, ns.inum);
	event->namespaces[1] = namespace_at(pid, level);
	event->namespaces[2] = READ(namespaces, net_ns, ns.inum);
	event->namespaces[4] = READ(namespaces, uts_ns, ns.inum);
	event->namespaces[5] = READ(namespaces, ipc_ns, ns.inum);
	event->namespaces[6] = READ(namespaces, cgroup_ns, ns.inum);
}

static __always_inline void executable(struct exec_event *event, struct file *file)
{
	struct inode *inode = READ(file, f_inode);
	struct dentry *dentry = READ(file, f_path.dentry);
	event->inode = READ(inode, i_ino);
	event->mode = READ(inode, i_mode);
	event->kind = 0;
	if (READ(inode, i_nlink) == 0) {
		char prefix[6] = {};
		bpf_probe_read_kernel(prefix, sizeof(prefix), READ(dentry, d_name.name));
		bool memfd = prefix[0] == 'm' && prefix[1] == 'e' && prefix[2] == 'm' && prefix[3] == 'f' &&
			     prefix[4] == 'd' && prefix[5] == ':';
		event->kind |= memfd ? EXEC_MEMFD : EXEC_UNLINKED;
	}
	/*
	 * In struct ovl_inode (fs/overlayfs/ovl_entry.h) the dentry of the upper layer follows the inode that the VFS
	 * sees; the struct itself may be in a module, of which we have no types.
	 */
	struct inode *visible = READ(dentry, d_inode);
	if (READ(visible, i_sb, s_magic) == OVERLAY_MAGIC) {
		void *upper = NULL;
		bpf_probe_read_kernel(&upper, sizeof(upper), (void *)visible + bpf_core_type_size(struct inode));
		if (upper)
			event->kind |= EXEC_UPPER_LAYER;
	}
}

/* As the program was given it: what it changes itself lies elsewhere in its memory. */
static __always_inline __u32 append_environment(struct exec_event *event, __u32 size, struct mm_struct *mm)
{
	__u64 start = READ(mm, env_start);
	__u64 given = READ(mm, env_end) - start;
	__u32 length = given;
	BOUND(size, EVENT_BUFFER - 1);
	if (given >= ENVIRONMENT_BYTES) {
		length = ENVIRONMENT_BYTES - 1;
		event->header.flags |= EVENT_TRUNCATED;
	}
	BOUND(length, ENVIRONMENT_BYTES - 1);
	if (size + length >= EVENT_BUFFER) { /* two paths of the longest leave no room */
		event->header.flags |= EVENT_TRUNCATED;
		return size;
	}
	if (bpf_probe_read_user((void *)event + size, length, (void *)start))
		return size;
	event->environment = length;
	return size + length;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *current, int old_pid)
{
	if (!wanted(EVENT_EXEC))
		return 0;
	struct exec_event *event = event_buffer();
	if (!event || !header(&event->header, EVENT_EXEC))
		return 0;
	struct task_struct *task = current_task();
	identity(event, task);
	position(event, task);
	bpf_get_current_comm(event->name, sizeof(event->name));
	struct mm_struct *mm = READ(task, mm);
	struct file *file = READ(mm, exe_file);
	executable(event, file);

	__u32 size = sizeof(*event);
	struct found_path path;
	if (!find_path(READ(file, f_path.mnt), READ(file, f_path.dentry), &path))
		return 0;
	size = append_path(&event->header, size, &path, &event->executable);
	struct fs_struct *fs = READ(task, fs);
	if (!find_path(READ(fs, pwd.mnt), READ(fs, pwd.dentry), &path))
		return 0;
	size = append_path(&event->header, size, &path, &event->directory);

	__u64 start = READ(mm, arg_start);
	__u64 given = READ(mm, arg_end) - start;
	__u32 length = given;
	if (given >= ARGUMENT_BYTES) {
		length = ARGUMENT_BYTES - 1;
		event->header.flags |= EVENT_TRUNCATED;
	}
	BOUND(size, EVENT_BUFFER - 1);
	BOUND(length, ARGUMENT_BYTES - 1);
	event->arguments = 0;
	if (!bpf_probe_read_user((void *)event + size, length, (void *)start)) {
		event->arguments = length;
		size += length;
	}
	event->environment = event->reserved = 0;
	if (settings.environments)
		size = append_environment(event, size, mm);
	emit(&event->header, size);
	return 0;
}
