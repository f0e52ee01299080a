// SPDX-License-Identifier: Apache-2.0
/*
 * Load for measurements: load KIND COUNT [PER_SECOND]. Prints the CPU nanoseconds that one operation took its process.
 * KIND: open (and close), getppid, spawn (and wait), connect (with socket and close, refused at port 1).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void do_open(void)
{
	close(open("/etc/hostname", O_RDONLY));
}

static void do_getppid(void)
{
	syscall(SYS_getppid);
}

static void do_spawn(void)
{
	char *arguments[] = {"true", NULL};
	pid_t child;
	if (!posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ))
		waitpid(child, NULL, 0);
}

static void do_connect(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(1)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int descriptor = socket(AF_INET, SOCK_STREAM, 0);
	(void)!connect(descriptor, (void *)&address, sizeof(address));
	close(descriptor);
}

static uint64_t nanoseconds(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

int main(int count, char **arguments)
{
	if (count < 3)
		return 2;
	const char *kind = arguments[1];
	long operations = atol(arguments[2]), rate = count > 3 ? atol(arguments[3]) : 0;
	void (*operate)(void) = !strcmp(kind, "open")    ? do_open
				: !strcmp(kind, "spawn")   ? do_spawn
				: !strcmp(kind, "connect") ? do_connect
							   : do_getppid;
	uint64_t start = nanoseconds(CLOCK_MONOTONIC), cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
	for (long i = 0; i < operations; i++) {
		operate();
		if (!rate || i % 1000)
			continue;
		int64_t ahead = start + i * 1000000000ULL / rate - nanoseconds(CLOCK_MONOTONIC);
		if (ahead > 0)
			nanosleep(&(struct timespec){ahead / 1000000000, ahead % 1000000000}, NULL);
	}
	cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	printf("%.1f %.0f\n", (double)cpu / operations,
	       operations / ((nanoseconds(CLOCK_MONOTONIC) - start) / 1e9));
	return 0;
}
