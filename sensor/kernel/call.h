// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* An event that is a system call as it was asked: its number arguments, and up to two paths. */
#pragma once
#include "path.h"
#include "syscall.h"

struct call_event {
	struct event header;
	__s64 result;
	__u64 arguments[6];
	__u16 lengths[5]; /* of what follows: directory and path, twice; a directory only where the path is relative; a text */
	__u16 reserved[3];
};

/* A path among the arguments; both count from 1. */
struct path_argument {
	__u8 path;      /* 0: none */
	__u8 directory; /* a descriptor; 0: the working directory */
};
#define NO_PATH ((struct path_argument){})
#define PATH(path) ((struct path_argument){path, 0})
#define PATH_AT(directory, path) ((struct path_argument){path, directory})
/* Any other text: never taken as relative. */
#define TEXT(path) ((struct path_argument){path, 255})

/* Appends the directory that a relative path begins at. */
static __always_inline __u32 append_directory(struct event *event, __u32 size, __s32 descriptor, __u16 *length)
{
	struct vfsmount *mount;
	struct dentry *dentry;
	if (descriptor == -100) { /* AT_FDCWD */
		struct fs_struct *fs = READ(current_task(), fs);
		mount = READ(fs, pwd.mnt);
		dentry = READ(fs, pwd.dentry);
	} else {
		struct file *file = file_of(descriptor);
		mount = READ(file, f_path.mnt);
		dentry = READ(file, f_path.dentry);
	}
	struct found_path path;
	return dentry && find_path(mount, dentry, &path) ? append_path(event, size, &path, length) : size;
}

static __always_inline __u32 append_argument(struct call_event *event, __u32 size, struct path_argument argument,
					     __u16 *lengths)
{
	if (!argument.path)
		return size;
	const char *text = (void *)event->arguments[argument.path - 1];
	char first = 0;
	bpf_probe_read_user(&first, 1, text);
	if (argument.directory != 255 && first && first != '/')
		size = append_directory(&event->header, size,
					argument.directory ? (__s32)event->arguments[argument.directory - 1] : -100,
					&lengths[0]);
	BOUND(size, EVENT_BUFFER - 1);
	long length = bpf_probe_read_user_str((void *)event + size, 1024, text);
	if (length <= 1)
		return size;
	lengths[1] = length - 1;
	return size + length - 1;
}

/* Sends a call, with a `text` among its arguments, counted from 1, 0 for none; the event buffer must not be in use. */
static __always_inline int called_with(enum event_type type, __u8 call, long result, struct path_argument first,
				       struct path_argument second, __u8 text)
{
	if (!wanted(type))
		return 0;
	struct call_event *event = event_buffer();
	if (!event || !header(&event->header, type))
		return 0;
	struct pt_regs *registers = syscall_registers();
	event->result = result;
	event->arguments[0] = ARGUMENT(1, registers);
	event->arguments[1] = ARGUMENT(2, registers);
	event->arguments[2] = ARGUMENT(3, registers);
	event->arguments[3] = ARGUMENT(4, registers);
	event->arguments[4] = ARGUMENT(5, registers);
	event->arguments[5] = 0;
	event->header.call = call;
	__builtin_memset(event->lengths, 0, sizeof(*event) - __builtin_offsetof(struct call_event, lengths));
	__u32 size = sizeof(*event);
	size = append_argument(event, size, first, &event->lengths[0]);
	size = append_argument(event, size, second, &event->lengths[2]);
	size = append_argument(event, size, TEXT(text), &event->lengths[3]); /* which sets lengths[4] */
	emit(&event->header, size);
	return 0;
}

static __always_inline int called(enum event_type type, __u8 call, long result, struct path_argument first,
				  struct path_argument second)
{
	return called_with(type, call, result, first, second, 0);
}

/* A program that sends a call each time it returns. */
#define CALL(type, call, name, first, second)                                                                          \
	SEC("tracepoint/syscalls/sys_exit_" #name)                                                                     \
	int name(struct trace_event_raw_sys_exit *context)                                                             \
	{                                                                                                              \
		return called(type, call, context->ret, first, second);                                               \
	}
