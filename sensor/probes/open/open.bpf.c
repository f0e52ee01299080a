// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/path.h"
#include "../../kernel/syscall.h"

enum { WATCH_READ = 1, WATCH_WRITE = 2, FILTER_NAME = 32, FILTER_PATH = 252 };
enum { MODE_READ = 1, MODE_WRITE = 2, MODE_CREATED = 0x100000 }; /* f_mode, include/linux/fs.h */

struct open_event {
	struct event header;
	__u64 inode;
	__s32 result; /* descriptor, or -errno */
	__u32 flags;  /* as asked */
	__u32 create_mode;
	__u32 mode; /* MODE_*; 0 when the call failed */
	__u32 device;
	__u16 call; /* OPEN_* */
	__u16 path; /* length of what follows: the real path, or when the call failed the one it was asked for */
};
enum { OPEN_OPENAT, OPEN_OPEN, OPEN_CREAT, OPEN_OPENAT2, OPEN_BY_HANDLE };

/* Filter for reading: names of files, and of the directory a file lies in. Checked before the path is put together. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, char[FILTER_NAME]);
	__type(value, __u8);
} file_names SEC(".maps"), directory_names SEC(".maps");

/* Filter for writing: the longest prefix of the real path says whether anybody wants to know. */
struct path_prefix {
	__u32 bits;
	char bytes[FILTER_PATH];
};
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, struct path_prefix);
	__type(value, __u8);
} path_prefixes SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct path_prefix);
} prefix_buffers SEC(".maps");

static __always_inline bool named(void *map, const struct dentry *dentry)
{
	char name[FILTER_NAME] = {};
	__u32 length = BPF_CORE_READ(dentry, d_name.len);
	if (length >= FILTER_NAME)
		return false;
	BOUND(length, FILTER_NAME - 1);
	bpf_probe_read_kernel(name, length, BPF_CORE_READ(dentry, d_name.name));
	return bpf_map_lookup_elem(map, name);
}

static __always_inline bool path_is_watched(const struct found_path *path)
{
	__u32 zero = 0;
	struct path_prefix *key = bpf_map_lookup_elem(&prefix_buffers, &zero);
	if (!key)
		return false;
	__u32 at = path->at;
	BOUND(at, PATH_BYTES - 1);
	__u32 length = path->length < FILTER_PATH ? path->length : FILTER_PATH;
	key->bits = length * 8;
	bpf_probe_read_kernel(key->bytes, FILTER_PATH, path->buffer->bytes + at);
	__u8 *watched = bpf_map_lookup_elem(&path_prefixes, key);
	return watched && *watched;
}

static __always_inline int opened(long result, __u16 call, __u32 flags, __u32 create_mode, const char *asked)
{
	if (!wanted(EVENT_OPEN))
		return 0;
	struct file *file = result >= 0 ? file_of(result) : NULL;
	__u32 mode = file ? BPF_CORE_READ(file, f_mode) : 0;
	struct dentry *dentry = file ? BPF_CORE_READ(file, f_path.dentry) : NULL;
	bool writes = mode & (MODE_WRITE | MODE_CREATED);
	if (!settings.every_open &&
	    (!file || (!writes && !named(&file_names, dentry) &&
		       !named(&directory_names, BPF_CORE_READ(dentry, d_parent))))) {
		COUNT(EVENT_OPEN, filtered);
		return 0;
	}
	struct open_event *event = event_buffer();
	struct found_path path = {};
	if (!event || (file && !find_path(BPF_CORE_READ(file, f_path.mnt), dentry, &path)))
		return 0;
	if (!settings.every_open && writes && !path_is_watched(&path)) {
		COUNT(EVENT_OPEN, filtered);
		return 0;
	}
	if (!header(&event->header, EVENT_OPEN))
		return 0;
	event->result = result;
	event->flags = flags;
	event->create_mode = create_mode;
	event->mode = mode & (MODE_READ | MODE_WRITE | MODE_CREATED);
	event->call = call;
	event->path = 0;
	__u32 size = sizeof(*event);
	if (file) {
		struct inode *inode = BPF_CORE_READ(file, f_inode);
		event->inode = BPF_CORE_READ(inode, i_ino);
		event->device = BPF_CORE_READ(inode, i_sb, s_dev);
		size = append_path(&event->header, size, &path, &event->path);
	} else {
		event->inode = event->device = 0;
		long length = bpf_probe_read_user_str((void *)event + size, PATH_BYTES, asked);
		if (length > 0) {
			event->path = length - 1;
			size += length - 1;
		}
	}
	emit(&event->header, size);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_openat")
int openat(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	return opened(context->ret, OPEN_OPENAT, ARGUMENT(3, registers), ARGUMENT(4, registers),
		      (void *)ARGUMENT(2, registers));
}

SEC("tracepoint/syscalls/sys_exit_open")
int open(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	return opened(context->ret, OPEN_OPEN, ARGUMENT(2, registers), ARGUMENT(3, registers),
		      (void *)ARGUMENT(1, registers));
}

SEC("tracepoint/syscalls/sys_exit_creat")
int creat(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	const __u32 flags = 01101; /* O_CREAT | O_WRONLY | O_TRUNC */
	return opened(context->ret, OPEN_CREAT, flags, ARGUMENT(2, registers), (void *)ARGUMENT(1, registers));
}

SEC("tracepoint/syscalls/sys_exit_openat2")
int openat2(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	__u64 how[2] = {}; /* flags and mode of struct open_how */
	bpf_probe_read_user(how, sizeof(how), (void *)ARGUMENT(3, registers));
	return opened(context->ret, OPEN_OPENAT2, how[0], how[1], (void *)ARGUMENT(2, registers));
}

SEC("tracepoint/syscalls/sys_exit_open_by_handle_at")
int open_by_handle_at(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	return opened(context->ret, OPEN_BY_HANDLE, ARGUMENT(3, registers), 0, NULL);
}
