/*
 * The least a FUSE server can do in C: the yardstick of scripts/bench.
 *
 * libfuse's low-level interface, its single-threaded loop, direct_io, and the time-outs that pfmfs
 * gives to what does not change by itself. No lock, no state but the names of directories.
 *
 *   cc -O2 -Wall -o null_server null_server.c $(pkg-config --cflags --libs fuse3)
 *   null_server MOUNTPOINT [-f] [-o OPTION[,OPTION...]]
 *
 * It goes to the background when the mount stands, as pfmfs does; -f keeps it in front. Measure
 * both in the same way: a daemon is a session of its own, and the kernel schedules each session as
 * a group (sched_autogroup), which alone makes a request 5 to 10 % dearer.
 *
 * The tree:
 *   version     0444  "2.5\n"
 *   counters    0444  four lines with numbers that change with every reading
 *   control     0666  takes any write; shows how many bytes it took last
 *   contexts/   0777  mkdir and rmdir
 */
#define FUSE_USE_VERSION 312

#include <errno.h>
#include <fuse3/fuse_lowlevel.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ROOT = FUSE_ROOT_ID, VERSION, COUNTERS, CONTROL, CONTEXTS, FIRST_CONTEXT };

#define TIMEOUT 3600.0
#define BUCKETS 1024

struct context {
	struct context *next;
	char name[256];
};

static struct context *contexts[BUCKETS];
static size_t last_write;
static uint64_t readings;

static struct context **find(const char *name)
{
	unsigned hash = 5381;

	for (const char *p = name; *p; p++)
		hash = hash * 33 + (unsigned char)*p;
	struct context **link = &contexts[hash % BUCKETS];
	while (*link && strcmp((*link)->name, name) != 0)
		link = &(*link)->next;
	return link;
}

static void fill_attributes(fuse_ino_t node, struct stat *attributes)
{
	memset(attributes, 0, sizeof *attributes);
	attributes->st_ino = node;
	attributes->st_nlink = 1;
	attributes->st_blksize = 4096;
	attributes->st_size = 4096;
	switch (node) {
	case ROOT:
		attributes->st_mode = S_IFDIR | 0755;
		break;
	case VERSION:
	case COUNTERS:
		attributes->st_mode = S_IFREG | 0444;
		break;
	case CONTROL:
		attributes->st_mode = S_IFREG | 0666;
		break;
	default:
		attributes->st_mode = S_IFDIR | 0777;
	}
}

static void reply_entry(fuse_req_t request, fuse_ino_t node)
{
	struct fuse_entry_param entry = {
		.ino = node, .attr_timeout = TIMEOUT, .entry_timeout = TIMEOUT
	};

	fill_attributes(node, &entry.attr);
	fuse_reply_entry(request, &entry);
}

static void null_lookup(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct context *context;

	if (parent == ROOT && strcmp(name, "version") == 0)
		reply_entry(request, VERSION);
	else if (parent == ROOT && strcmp(name, "counters") == 0)
		reply_entry(request, COUNTERS);
	else if (parent == ROOT && strcmp(name, "control") == 0)
		reply_entry(request, CONTROL);
	else if (parent == ROOT && strcmp(name, "contexts") == 0)
		reply_entry(request, CONTEXTS);
	else if (parent == CONTEXTS && (context = *find(name)))
		reply_entry(request, (uintptr_t)context);
	else
		fuse_reply_err(request, ENOENT);
}

static void null_getattr(fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
	struct stat attributes;

	(void)info;
	fill_attributes(node, &attributes);
	fuse_reply_attr(request, &attributes, TIMEOUT);
}

static void null_mkdir(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct context **link = find(name);
	struct context *context;

	(void)mode;
	if (parent != CONTEXTS || strlen(name) > 255) {
		fuse_reply_err(request, EPERM);
	} else if (*link) {
		fuse_reply_err(request, EEXIST);
	} else if (!(context = calloc(1, sizeof *context))) {
		fuse_reply_err(request, ENOMEM);
	} else {
		strcpy(context->name, name);
		*link = context;
		reply_entry(request, (uintptr_t)context);
	}
}

static void null_rmdir(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct context **link = find(name);
	struct context *context = *link;

	if (parent != CONTEXTS || !context) {
		fuse_reply_err(request, ENOENT);
		return;
	}
	/* The kernel still names the node until its forget, but never looks into it. */
	*link = context->next;
	free(context);
	fuse_reply_err(request, 0);
}

static void null_open(fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
	(void)node;
	info->direct_io = 1;
	fuse_reply_open(request, info);
}

static void null_release(fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
	(void)node;
	(void)info;
	fuse_reply_err(request, 0);
}

static void null_read(fuse_req_t request, fuse_ino_t node, size_t size, off_t offset,
		      struct fuse_file_info *info)
{
	char buffer[512];
	int length;

	(void)info;
	if (node == VERSION) {
		memcpy(buffer, "2.5\n", 4);
		length = 4;
	} else if (node == CONTROL) {
		length = snprintf(buffer, sizeof buffer, "%zu\n", last_write);
	} else {
		uint64_t n = offset == 0 ? ++readings : readings;

		length = snprintf(buffer, sizeof buffer,
			"cycles %20llu quality=exact running=100.00 set=0 pmd=0\n"
			"instructions %20llu quality=exact running=100.00 set=0 pmd=1\n"
			"branches %20llu quality=exact running=100.00 set=0 pmd=2\n"
			"branch-misses %20llu quality=exact running=100.00 set=0 pmd=3\n",
			(unsigned long long)n * 1000, (unsigned long long)n * 2000,
			(unsigned long long)n * 300, (unsigned long long)n);
	}
	if (offset >= length)
		fuse_reply_buf(request, NULL, 0);
	else if ((size_t)(length - offset) < size)
		fuse_reply_buf(request, buffer + offset, length - offset);
	else
		fuse_reply_buf(request, buffer + offset, size);
}

static void null_write(fuse_req_t request, fuse_ino_t node, const char *data, size_t size,
		       off_t offset, struct fuse_file_info *info)
{
	(void)node;
	(void)data;
	(void)offset;
	(void)info;
	last_write = size;
	fuse_reply_write(request, size);
}

static void null_readdir(fuse_req_t request, fuse_ino_t node, size_t size, off_t offset,
			 struct fuse_file_info *info)
{
	static const char *const names[] = { "version", "counters", "control", "contexts" };
	char buffer[1024];
	size_t used = 0;

	(void)info;
	for (off_t i = offset; node == ROOT && i < 4; i++) {
		struct stat attributes;

		fill_attributes(VERSION + i, &attributes);
		used += fuse_add_direntry(request, buffer + used, sizeof buffer - used, names[i],
					  &attributes, i + 1);
	}
	fuse_reply_buf(request, buffer, used < size ? used : 0);
}

static const struct fuse_lowlevel_ops operations = {
	.lookup = null_lookup,
	.getattr = null_getattr,
	.mkdir = null_mkdir,
	.rmdir = null_rmdir,
	.open = null_open,
	.release = null_release,
	.read = null_read,
	.write = null_write,
	.readdir = null_readdir,
};

int main(int argc, char **argv)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	struct fuse_session *session;
	int foreground = 0;
	int status = 1;

	if (argc < 2) {
		fprintf(stderr, "usage: null_server MOUNTPOINT [-f] [-o OPTIONS]\n");
		return 2;
	}
	fuse_opt_add_arg(&args, argv[0]);
	fuse_opt_add_arg(&args, "-ofsname=null_server,subtype=null_server");
	fuse_opt_add_arg(&args, "-odefault_permissions,allow_other");
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "-f") == 0)
			foreground = 1;
		else
			fuse_opt_add_arg(&args, argv[i]);
	}
	session = fuse_session_new(&args, &operations, sizeof operations, NULL);
	if (session && fuse_set_signal_handlers(session) == 0) {
		if (fuse_session_mount(session, argv[1]) == 0) {
			if (fuse_daemonize(foreground) == 0)
				status = fuse_session_loop(session) < 0;
			fuse_session_unmount(session);
		}
		fuse_remove_signal_handlers(session);
	}
	if (session)
		fuse_session_destroy(session);
	fuse_opt_free_args(&args);
	return status;
}
