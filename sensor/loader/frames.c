// SPDX-License-Identifier: Apache-2.0
#include "frames.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zlib.h>

struct frame_header {
	uint32_t magic;
	uint16_t version;
	uint16_t type;
	uint32_t sequence;
	uint32_t length;
	uint32_t payload_crc;
	uint32_t header_crc; /* of what stands before it */
};

void write_frame(enum frame_type type, const void *payload, uint32_t length)
{
	static uint32_t sequence;
	struct frame_header header = {
		.magic = 0x4e4c5450, /* "PTLN" */
		.version = FRAME_VERSION,
		.type = type,
		.sequence = sequence++,
		.length = length,
		.payload_crc = crc32(0, payload, length),
	};
	header.header_crc = crc32(0, (const void *)&header, offsetof(struct frame_header, header_crc));
	struct iovec parts[] = {{&header, sizeof(header)}, {(void *)payload, length}};
	for (struct iovec *part = parts; part < parts + 2;) {
		ssize_t written = writev(STDOUT_FILENO, part, parts + 2 - part);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			exit(1);
		while (part < parts + 2 && (size_t)written >= part->iov_len) {
			written -= part->iov_len;
			part++;
		}
		if (part < parts + 2) {
			part->iov_base = (char *)part->iov_base + written;
			part->iov_len -= written;
		}
	}
}
