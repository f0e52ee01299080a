// SPDX-License-Identifier: Apache-2.0
/* What tests of the sensor have done for them, one system call a subcommand: actor NAME [ARGUMENT ...]. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int check(int result)
{
	if (result < 0)
		fprintf(stderr, "%s\n", strerror(errno));
	return result < 0;
}

/* open FLAGS PATH: by openat, relative to the working directory. */
static int do_open(char **arguments)
{
	return check(open(arguments[1], atoi(arguments[0]), 0600));
}

/* openat2 FLAGS PATH */
static int do_openat2(char **arguments)
{
	struct open_how how = {.flags = atoi(arguments[0])};
	return check(syscall(SYS_openat2, AT_FDCWD, arguments[1], &how, sizeof(how)));
}

/* memfd PROGRAM ARGUMENT ...: runs a copy of PROGRAM that is in no file system. */
static int do_memfd(char **arguments)
{
	static char buffer[1 << 16];
	int from = open(arguments[0], O_RDONLY), to = memfd_create("hidden", MFD_CLOEXEC);
	for (ssize_t length; (length = read(from, buffer, sizeof(buffer))) > 0;)
		if (write(to, buffer, length) != length)
			return 1;
	fexecve(to, arguments, environ);
	return check(-1);
}

/* connect ADDRESS PORT: over TCP, IPv4 or IPv6. */
static int do_connect(char **arguments)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(atoi(arguments[1]))};
	bool is_v4 = inet_pton(AF_INET, arguments[0], &v4.sin_addr) == 1;
	inet_pton(AF_INET6, arguments[0], &v6.sin6_addr);
	int descriptor = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
	return check(is_v4 ? connect(descriptor, (void *)&v4, sizeof(v4)) : connect(descriptor, (void *)&v6, sizeof(v6)));
}

/* connect-unix PATH */
static int do_connect_unix(char **arguments)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	strncpy(address.sun_path, arguments[0], sizeof(address.sun_path) - 1);
	return check(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&address, sizeof(address)));
}

/* programs ID ...: prints those ids that are BPF programs in the kernel. */
static int do_programs(char **arguments)
{
	for (; *arguments; arguments++) {
		int descriptor = bpf_prog_get_fd_by_id(atoi(*arguments));
		if (descriptor >= 0)
			puts(*arguments);
		close(descriptor);
	}
	return 0;
}

static const struct {
	const char *name;
	int (*run)(char **arguments);
} actions[] = {
	{"open", do_open},       {"openat2", do_openat2},           {"memfd", do_memfd},
	{"connect", do_connect}, {"connect-unix", do_connect_unix}, {"programs", do_programs},
};

int main(int count, char **arguments)
{
	for (unsigned i = 0; count > 1 && i < sizeof(actions) / sizeof(*actions); i++)
		if (!strcmp(arguments[1], actions[i].name))
			return actions[i].run(arguments + 2);
	fprintf(stderr, "actor: no such action\n");
	return 2;
}
