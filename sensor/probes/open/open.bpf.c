// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/path.h"
#include "../../kernel/syscall.h"

enum { FILTER_PATH = 252, RAW_PATH = 2048 };
enum { MODE_READ = 1, MODE_WRITE = 2, MODE_CREATED = 0x100000 }; /* f_mode, include/linux/fs.h */

struct open_event {
	struct event header;
	__u64 inode;
	__s32 result; /* descriptor, or -errno */
	__u32 flags;  /* as asked */
	__u32 create_mode;
	__u32 mode; /* MODE_*; 0 when the call failed */
	__u32 device;
	__u16 raw;  /* length of what follows the path: the path as it was given, where that is asked for */
	__u16 path; /* length of what follows: the real path, or when the call failed the one it was asked for */
};
enum open_call { OPEN_OPENAT, OPEN_OPEN, OPEN_CREAT, OPEN_OPENAT2, OPEN_BY_HANDLE }; /* the header's */

/* Filter by names of files, and of the directory a file lies in. Checked before the path is put together. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, char[FILTER_NAME]);
	__type(value, __u8);
} file_names SEC(".maps"), directory_names SEC(".maps");

/* Filter of writes besides: the longest prefix of the real path says whether anybody wants to know. */
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

static __always_inline bool named(const volatile struct sieve *sieve, void *map, struct dentry *dentry)
{
	const unsigned char *bytes = READ(dentry, d_name.name);
	__u32 length = READ(dentry, d_name.len);
	__u64 head = word_at(bytes);
	if (length < 8)
		head &= (1ULL << length * 8) - 1;
	__u32 bit = sieve_bit(head, length);
	if (!(sieve->bits[bit / 64] >> bit % 64 & 1) || length >= FILTER_NAME)
		return false;
	char name[FILTER_NAME] = {};
	BOUND(length, FILTER_NAME - 1);
	bpf_probe_read_kernel(name, length, bytes);
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

/* What was asked for, whose place among the arguments differs. */
struct asked {
	const char *path;
	__u32 flags, create_mode;
};

static __always_inline struct asked asked(enum open_call call)
{
	struct pt_regs *registers = syscall_registers();
	__u64 how[2] = {}; /* flags and mode of struct open_how */
	switch (call) {
	case OPEN_OPENAT:
		return (struct asked){(void *)ARGUMENT(2, registers), ARGUMENT(3, registers), ARGUMENT(4, registers)};
	case OPEN_OPEN:
		return (struct asked){(void *)ARGUMENT(1, registers), ARGUMENT(2, registers), ARGUMENT(3, registers)};
	case OPEN_CREAT: /* O_CREAT | O_WRONLY | O_TRUNC */
		return (struct asked){(void *)ARGUMENT(1, registers), 01101, ARGUMENT(2, registers)};
	case OPEN_OPENAT2:
		bpf_probe_read_user(how, sizeof(how), (void *)ARGUMENT(3, registers));
		return (struct asked){(void *)ARGUMENT(2, registers), how[0], how[1]};
	case OPEN_BY_HANDLE:
		return (struct asked){NULL, ARGUMENT(3, registers), 0};
	}
}

static __always_inline bool name_is_watched(struct dentry *dentry)
{
	return named(&settings.file_names, &file_names, dentry) ||
	       named(&settings.directory_names, &directory_names, READ(dentry, d_parent));
}

static __always_inline __u32 append_raw(struct open_event *event, __u32 size, const char *path)
{
	BOUND(size, EVENT_BUFFER - 1);
	long length = bpf_probe_read_user_str((void *)event + size, RAW_PATH, path);
	if (length <= 1)
		return size;
	if (length == RAW_PATH)
		event->header.flags |= EVENT_TRUNCATED;
	event->raw = length - 1;
	return size + length - 1;
}

/*
 * Decided from what is nearest first, as most opens are of no interest: who opened, which takes a call, and the path are asked
 * for the others only.
 */
static __always_inline int opened(enum open_call call, long result)
{
	if (!made(EVENT_OPEN))
		return 0;
	struct file *file = result >= 0 ? file_of(result) : NULL;
	__u32 mode = file ? READ(file, f_mode) : 0;
	struct dentry *dentry = file ? READ(file, f_path.dentry) : NULL;
	bool writes = mode & (MODE_WRITE | MODE_CREATED);
	/* Who reads a file may open it for writing, too. */
	bool watched = settings.every_open || (file && name_is_watched(dentry));
	if (!watched && !writes) {
		COUNT(EVENT_OPEN, filtered);
		return 0;
	}
	if (!process_wanted(EVENT_OPEN))
		return 0;
	struct open_event *event = event_buffer();
	struct found_path path = {};
	if (!event || (file && !find_path(READ(file, f_path.mnt), dentry, &path)))
		return 0;
	if (!watched && !path_is_watched(&path)) {
		COUNT(EVENT_OPEN, filtered);
		return 0;
	}
	if (!header(&event->header, EVENT_OPEN))
		return 0;
	struct asked question = asked(call);
	event->header.call = call;
	event->result = result;
	event->flags = question.flags;
	event->create_mode = question.create_mode;
	event->mode = mode & (MODE_READ | MODE_WRITE | MODE_CREATED);
	event->raw = event->path = 0;
	__u32 size = sizeof(*event);
	if (file) {
		struct inode *inode = READ(file, f_inode);
		event->inode = READ(inode, i_ino);
		event->device = READ(inode, i_sb, s_dev);
		size = append_path(&event->header, size, &path, &event->path);
		if (settings.raw_paths)
			size = append_raw(event, size, question.path);
	} else {
		event->inode = event->device = 0;
		long length = bpf_probe_read_user_str((void *)event + size, PATH_BYTES, question.path);
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
	return opened(OPEN_OPENAT, context->ret);
}

SEC("tracepoint/syscalls/sys_exit_open")
int open(struct trace_event_raw_sys_exit *context)
{
	return opened(OPEN_OPEN, context->ret);
}

SEC("tracepoint/syscalls/sys_exit_creat")
int creat(struct trace_event_raw_sys_exit *context)
{
	return opened(OPEN_CREAT, context->ret);
}

SEC("tracepoint/syscalls/sys_exit_openat2")
int openat2(struct trace_event_raw_sys_exit *context)
{
	return opened(OPEN_OPENAT2, context->ret);
}

SEC("tracepoint/syscalls/sys_exit_open_by_handle_at")
int open_by_handle_at(struct trace_event_raw_sys_exit *context)
{
	return opened(OPEN_BY_HANDLE, context->ret);
}
