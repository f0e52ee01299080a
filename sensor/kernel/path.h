// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The path of an open file as its process sees it from the root of its mount namespace: through every mount, whatever
 * symlink or relative path led there. (bpf_d_path would do so too, but tracepoints may not call it.)
 */
#pragma once
#include "emit.h"

enum { PATH_BYTES = 4096, NAME_BYTES = 256, PATH_STEPS = 32 };

struct path_buffer {
	char bytes[PATH_BYTES + NAME_BYTES];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct path_buffer);
} paths SEC(".maps");

struct found_path {
	struct path_buffer *buffer;
	__u32 at;     /* its first byte in the buffer: it is written from the end */
	__u32 length; /* without a NUL; up to PATH_BYTES - 1 */
	bool truncated;
};

static __always_inline bool prepend_name(struct found_path *found, struct dentry *dentry)
{
	__u32 length = READ(dentry, d_name.len);
	const unsigned char *name = READ(dentry, d_name.name);
	BOUND(length, NAME_BYTES - 1);
	if (found->at < length + 2)
		return false;
	__u32 at = found->at - length;
	BOUND(at, PATH_BYTES - 1);
	bpf_probe_read_kernel(found->buffer->bytes + at, length, name);
	at--;
	BOUND(at, PATH_BYTES - 1);
	found->buffer->bytes[at] = '/';
	found->at = at;
	return true;
}

/* False only when there is no buffer. */
static __always_inline bool find_path(struct vfsmount *vfs, struct dentry *dentry, struct found_path *found)
{
	__u32 zero = 0;
	found->buffer = bpf_map_lookup_elem(&paths, &zero);
	found->at = PATH_BYTES - 1;
	found->truncated = true;
	if (!found->buffer)
		return false;
	struct mount *mount = (void *)vfs - bpf_core_field_offset(struct mount, mnt);
	for (int step = 0; step < PATH_STEPS; step++) {
		if (dentry == READ(mount, mnt.mnt_root)) {
			struct mount *above = READ(mount, mnt_parent);
			if (above == mount || !above) {
				found->truncated = false;
				break;
			}
			dentry = READ(mount, mnt_mountpoint);
			mount = above;
			continue;
		}
		struct dentry *above = READ(dentry, d_parent);
		if (!prepend_name(found, dentry))
			break;
		if (above == dentry) { /* of no file system: a memfd, a pipe */
			found->truncated = false;
			break;
		}
		dentry = above;
	}
	if (found->at == PATH_BYTES - 1) { /* the root itself */
		found->at = PATH_BYTES - 2;
		found->buffer->bytes[PATH_BYTES - 2] = '/';
	}
	found->length = PATH_BYTES - 1 - found->at;
	return true;
}

/* Appends a path to an event of `size` bytes, sets `*length`, and returns the new size. */
static __always_inline __u32 append_path(struct event *event, __u32 size, const struct found_path *found, __u16 *length)
{
	__u32 at = found->at;
	BOUND(at, PATH_BYTES - 1);
	__u32 end = append(event, size, found->buffer->bytes + at, found->length);
	*length = end - size;
	if (found->truncated)
		event->flags |= EVENT_TRUNCATED;
	return end;
}
