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
#include <sys/stat.h>
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

/* reverse-shell ADDRESS PORT: a connected socket becomes standard input. */
static int do_reverse_shell(char **arguments)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
	inet_pton(AF_INET, arguments[0], &address.sin_addr);
	int descriptor = socket(AF_INET, SOCK_STREAM, 0);
	return check(connect(descriptor, (void *)&address, sizeof(address))) || check(dup2(descriptor, 0));
}

/* serve PORT: binds, listens, and takes a connection that it makes itself. */
static int do_serve(char **arguments)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[0]))};
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return check(bind(server, (void *)&address, sizeof(address))) || check(listen(server, 1)) ||
	       check(connect(client, (void *)&address, sizeof(address))) || check(accept4(server, NULL, NULL, 0));
}

/* send ADDRESS PORT: a datagram. */
static int do_send(char **arguments)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
	inet_pton(AF_INET, arguments[0], &address.sin_addr);
	return check(sendto(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, (void *)&address, sizeof(address)));
}

/* receive PORT CALL: three datagrams of one sender, by recvfrom or recvmsg. */
static int do_receive(char **arguments)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[0]))}, sender;
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	int server = socket(AF_INET, SOCK_DGRAM, 0), client = socket(AF_INET, SOCK_DGRAM, 0);
	if (check(bind(server, (void *)&address, sizeof(address))))
		return 1;
	for (int i = 0; i < 3; i++) {
		char byte;
		struct iovec in = {&byte, 1};
		struct msghdr message = {.msg_iov = &in, .msg_iovlen = 1, .msg_name = &sender, .msg_namelen = sizeof(sender)};
		if (check(sendto(client, "x", 1, 0, (void *)&address, sizeof(address))))
			return 1;
		int result = !strcmp(arguments[1], "recvmsg") ?
				     recvmsg(server, &message, 0) :
				     recvfrom(server, &byte, 1, 0, (void *)&sender, &(socklen_t){sizeof(sender)});
		if (check(result))
			return 1;
	}
	return 0;
}

/* dns ADDRESS CALL: asks the name server there for WWW.example.test and reads the answer, by sendto, sendmsg or sendmmsg. */
static int do_dns(char **arguments)
{
	static const char question[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\3WWW\7example\4test\0\0\1\0\1";
	static char answer[512];
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};
	inet_pton(AF_INET, arguments[0], &address.sin_addr);
	int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){5, 0}, sizeof(struct timeval));
	struct iovec out = {(void *)question, sizeof(question) - 1}, in = {answer, sizeof(answer)};
	struct mmsghdr messages[2] = {{.msg_hdr = {.msg_iov = &out, .msg_iovlen = 1}},
				      {.msg_hdr = {.msg_iov = &out, .msg_iovlen = 1}}};
	if (!strcmp(arguments[1], "sendto"))
		return check(sendto(descriptor, question, sizeof(question) - 1, 0, (void *)&address, sizeof(address))) ||
		       check(recvfrom(descriptor, answer, sizeof(answer), 0, (void *)&address, &(socklen_t){sizeof(address)}));
	if (check(connect(descriptor, (void *)&address, sizeof(address))))
		return 1;
	if (!strcmp(arguments[1], "sendmsg")) {
		struct msghdr reply = {.msg_iov = &in, .msg_iovlen = 1};
		return check(sendmsg(descriptor, &messages[0].msg_hdr, 0)) || check(recvmsg(descriptor, &reply, 0));
	}
	return check(sendmmsg(descriptor, messages, 2, 0)) || check(recv(descriptor, answer, sizeof(answer), 0)) ||
	       check(recv(descriptor, answer, sizeof(answer), 0));
}

/* send-many ADDRESS PORT: two datagrams by one call. */
static int do_send_many(char **arguments)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
	inet_pton(AF_INET, arguments[0], &address.sin_addr);
	struct iovec out = {"x", 1};
	struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof(address), .msg_iov = &out, .msg_iovlen = 1};
	struct mmsghdr messages[2] = {{.msg_hdr = message}, {.msg_hdr = message}};
	return check(sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), messages, 2, 0));
}

static const struct {
	const char *name;
	long number;
} calls[] = {
	{"socket", SYS_socket},
	{"rmdir", SYS_rmdir},
	{"renameat2", SYS_renameat2},
	{"linkat", SYS_linkat},
	{"symlinkat", SYS_symlinkat},
	{"mkdirat", SYS_mkdirat},
	{"unlinkat", SYS_unlinkat},
	{"fchmodat", SYS_fchmodat},
	{"mount", SYS_mount},
	{"umount", SYS_umount2},
	{"setns", SYS_setns},
	{"unshare", SYS_unshare},
	{"ptrace", SYS_ptrace},
	{"process_vm_writev", SYS_process_vm_writev},
	{"setresuid", SYS_setresuid},
	{"setuid", SYS_setuid},
	{"capset", SYS_capset},
	{"bpf", SYS_bpf},
	{"memfd_create", SYS_memfd_create},
	{"userfaultfd", SYS_userfaultfd},
	{"mprotect", SYS_mprotect},
	{"io_uring_setup", SYS_io_uring_setup},
	{"kill", SYS_kill},
	{"execve", SYS_execve},
	{"finit_module", SYS_finit_module},
	{"delete_module", SYS_delete_module},
};

/* call NAME ARGUMENT ...: a system call; what looks like a number is one. Whether it works is the caller's business. */
static int do_call(char **arguments)
{
	long given[6] = {};
	for (int i = 0; i < 6 && arguments[i + 1]; i++) {
		char *end;
		given[i] = strtol(arguments[i + 1], &end, 0);
		if (*end)
			given[i] = (long)arguments[i + 1];
	}
	for (unsigned i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(calls[i].name, arguments[0]))
			return check(syscall(calls[i].number, given[0], given[1], given[2], given[3], given[4], given[5]));
	return 2;
}

/* open-in DIRECTORY NAME: relative to a descriptor. */
static int do_open_in(char **arguments)
{
	int directory = open(arguments[0], O_RDONLY | O_DIRECTORY);
	return check(openat(directory, arguments[1], O_RDONLY));
}

/* fchmod MODE PATH */
static int do_fchmod(char **arguments)
{
	return check(fchmod(open(arguments[1], O_RDONLY), strtol(arguments[0], NULL, 8)));
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
	{"call", do_call},       {"reverse-shell", do_reverse_shell}, {"serve", do_serve},
	{"send", do_send},       {"receive", do_receive},       {"open-in", do_open_in},  {"dns", do_dns},              {"send-many", do_send_many},           {"fchmod", do_fchmod},
};

int main(int count, char **arguments)
{
	for (unsigned i = 0; count > 1 && i < sizeof(actions) / sizeof(*actions); i++)
		if (!strcmp(arguments[1], actions[i].name))
			return actions[i].run(arguments + 2);
	fprintf(stderr, "actor: no such action\n");
	return 2;
}
