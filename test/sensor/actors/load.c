// SPDX-License-Identifier: Apache-2.0
/*
 * Load for measurements: load KIND COUNT [PER_SECOND [TIMES]]. Prints the CPU nanoseconds that one operation took, with its
 * children, and operations a second; a line for each of the TIMES that it does so. KIND: open (and close), shadow (the same, of a file that is watched), getppid, spawn (and wait),
 * files (open of ever another file, which is not there), connect (with socket and close, refused at port 1), ports
 * (the same, of ever another port), mix (of 20 events: 10 files, 4 ports, fork, exec, exit, 3 others).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void do_open(void)
{
	close(open("/etc/hostname", O_RDONLY));
}

static void do_files(void)
{
	static unsigned count;
	char path[64];
	snprintf(path, sizeof(path), "/tmp/portolan-is-not-there/%u", count++);
	open(path, O_RDONLY);
}

static void do_shadow(void)
{
	close(open("/etc/shadow", O_RDONLY));
}

static void do_getppid(void)
{
	syscall(SYS_getppid);
}

static void spawn(char *program, char *argument)
{
	char *arguments[] = {program, argument, NULL};
	pid_t child;
	if (!posix_spawn(&child, program, NULL, NULL, arguments, environ))
		waitpid(child, NULL, 0);
}

static void do_spawn(void)
{
	spawn("/bin/true", NULL);
}

static void connect_to(unsigned short port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int descriptor = socket(AF_INET, SOCK_STREAM, 0);
	(void)!connect(descriptor, (void *)&address, sizeof(address));
	close(descriptor);
}

static void do_connect(void)
{
	connect_to(1);
}

/* Those below 1024: hardly any has a listener. */
static void do_ports(void)
{
	static unsigned count;
	connect_to(1 + count++ % 1023);
}

static void do_mix(void)
{
	for (int i = 0; i < 10; i++)
		do_files();
	for (int i = 0; i < 4; i++)
		do_ports();
	spawn("/proc/self/exe", "nothing"); /* static: it opens nothing on its own */
	unlink("/tmp/portolan-is-not-there");
	chmod("/tmp/portolan-is-not-there", 0600);
	mkdir("/tmp", 0700);
}

static uint64_t nanoseconds(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

/* CPU time of the process and of the children it waited for. */
static uint64_t cpu_nanoseconds(void)
{
	struct rusage children;
	getrusage(RUSAGE_CHILDREN, &children);
	uint64_t seconds = children.ru_utime.tv_sec + children.ru_stime.tv_sec;
	uint64_t microseconds = children.ru_utime.tv_usec + children.ru_stime.tv_usec;
	return nanoseconds(CLOCK_PROCESS_CPUTIME_ID) + seconds * 1000000000ULL + microseconds * 1000;
}

static void repeat(void (*operate)(void), long operations, long rate)
{
	uint64_t start = nanoseconds(CLOCK_MONOTONIC), cpu = cpu_nanoseconds();
	long pause = rate / 1000 + 1; /* operations in a millisecond */
	for (long i = 0; i < operations; i++) {
		operate();
		if (!rate || i % pause)
			continue;
		int64_t ahead = start + i * 1000000000ULL / rate - nanoseconds(CLOCK_MONOTONIC);
		if (ahead > 0)
			nanosleep(&(struct timespec){ahead / 1000000000, ahead % 1000000000}, NULL);
	}
	cpu = cpu_nanoseconds() - cpu;
	printf("%.1f %.0f\n", (double)cpu / operations,
	       operations / ((nanoseconds(CLOCK_MONOTONIC) - start) / 1e9));
}

int main(int count, char **arguments)
{
	if (count < 3)
		return 0;
	const char *kind = arguments[1];
	long operations = atol(arguments[2]), rate = count > 3 ? atol(arguments[3]) : 0;
	void (*operate)(void) = !strcmp(kind, "open")    ? do_open
				: !strcmp(kind, "files")   ? do_files
				: !strcmp(kind, "shadow")  ? do_shadow
				: !strcmp(kind, "mix")     ? do_mix
				: !strcmp(kind, "spawn")   ? do_spawn
				: !strcmp(kind, "connect") ? do_connect
				: !strcmp(kind, "ports")   ? do_ports
							   : do_getppid;
	for (int times = count > 4 ? atoi(arguments[4]) : 1; times > 0; times--)
		repeat(operate, operations, rate);
	return 0;
}
