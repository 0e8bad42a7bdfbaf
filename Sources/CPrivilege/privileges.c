#define _GNU_SOURCE
#include "CPrivileges.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int clinux_keep_capabilities(uint64_t kept)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	/* EPERM here: an ordinary user's daemon, which gains nothing by exec after the next call. */
	for (int capability = 0; capability < 64; capability++)
		if (!(kept >> capability & 1))
			prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_capget, &header, data) != 0)
		return -1;
	for (int half = 0; half < _LINUX_CAPABILITY_U32S_3; half++) {
		data[half].permitted &= (uint32_t)(kept >> 32 * half);
		data[half].effective = data[half].permitted;
		data[half].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) != 0 ? -1 : 0;
}

void clinux_allow_realtime(int priority)
{
	struct rlimit limit = { (rlim_t)priority, (rlim_t)priority };

	setrlimit(RLIMIT_RTPRIO, &limit);
}

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef OUR_ARCHITECTURE

/* Calls that are refused whatever their arguments are. */
static const uint16_t refused[] = {
	/* Other programs, other namespaces. */
	SYS_execve, SYS_execveat, SYS_setns, SYS_unshare, SYS_chroot, SYS_pivot_root,
	/* Mounts. */
	SYS_mount, SYS_move_mount, SYS_open_tree, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick,
	SYS_mount_setattr, SYS_swapon, SYS_swapoff,
	/* The kernel and the machine. */
	SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_bpf, SYS_reboot,
	SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex, SYS_sethostname,
	SYS_setdomainname, SYS_acct, SYS_quotactl, SYS_syslog, SYS_userfaultfd, SYS_io_uring_setup,
	/* Keys, and files by handle. */
	SYS_add_key, SYS_request_key, SYS_keyctl, SYS_open_by_handle_at,
	/* Memory and descriptors of other processes. */
	SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd,
	/* Changes to files. */
	SYS_mkdirat, SYS_mknodat, SYS_unlinkat, SYS_linkat, SYS_symlinkat, SYS_renameat2,
	SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_truncate, SYS_setxattr,
	SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr,
	SYS_utimensat,
#ifdef __x86_64__
	SYS_kexec_file_load, SYS_iopl, SYS_ioperm, SYS_mkdir, SYS_rmdir, SYS_mknod, SYS_unlink,
	SYS_link, SYS_symlink, SYS_rename, SYS_renameat, SYS_chmod, SYS_chown, SYS_lchown, SYS_creat,
	SYS_utime, SYS_utimes, SYS_futimesat, SYS_modify_ldt,
#endif
};

static const uint16_t user_changes[] = {
	SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid,
	SYS_setfsuid, SYS_setfsgid, SYS_setgroups,
};

/* Requests of ptrace(2) that hold a thread at its overflows; none reads or writes its memory. */
static const uint32_t traces[] = {
	PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_LISTEN, PTRACE_CONT, PTRACE_DETACH, PTRACE_GETSIGINFO,
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define FIELD(name) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, name))
/* The low half of an argument; all that matter here are ints. */
#define ARGUMENT(n) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, args[n]))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define IF(test, value, yes, no) BPF_JUMP(BPF_JMP | (test) | BPF_K, (uint32_t)(value), yes, no)
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)
#define UNKNOWN (SECCOMP_RET_ERRNO | ENOSYS)

struct program {
	struct sock_filter code[512];
	unsigned short length;
};

#define ADD(program, ...) add(program, (struct sock_filter[]){ __VA_ARGS__ }, \
			      LENGTH(((struct sock_filter[]){ __VA_ARGS__ })))

static void add(struct program *program, const struct sock_filter *code, size_t count)
{
	for (size_t i = 0; i < count; i++)
		program->code[program->length++] = code[i];
}

static void refuse(struct program *program, const uint16_t *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ADD(program, IF(BPF_JEQ, calls[i], 0, 1), RETURN(REFUSED));
}

/* Lets a call open files for reading only; `argument` is where its flags are. */
static void only_read(struct program *program, uint32_t call, int argument)
{
	ADD(program, IF(BPF_JEQ, call, 0, 4), ARGUMENT(argument),
	    IF(BPF_JSET, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1), RETURN(REFUSED),
	    RETURN(SECCOMP_RET_ALLOW));
}

static void build(struct program *program, unsigned int allowed)
{
	ADD(program, FIELD(arch), IF(BPF_JEQ, OUR_ARCHITECTURE, 1, 0),
	    RETURN(SECCOMP_RET_KILL_PROCESS), FIELD(nr));
#ifdef __x86_64__
	/* The calls of x32 have numbers of their own. */
	ADD(program, IF(BPF_JGE, 0x40000000, 0, 1), RETURN(UNKNOWN));
#endif
	/* What is called all the time, for kernels that do not remember verdicts. */
	ADD(program, IF(BPF_JEQ, SYS_read, 4, 0), IF(BPF_JEQ, SYS_writev, 3, 0),
	    IF(BPF_JEQ, SYS_futex, 2, 0), IF(BPF_JEQ, SYS_ioctl, 1, 0),
	    IF(BPF_JEQ, SYS_epoll_pwait, 0, 1), RETURN(SECCOMP_RET_ALLOW));
	refuse(program, refused, LENGTH(refused));
	if (!(allowed & CLINUX_MAY_UNMOUNT))
		ADD(program, IF(BPF_JEQ, SYS_umount2, 0, 1), RETURN(REFUSED));
	if (!(allowed & CLINUX_MAY_CHANGE_USER))
		refuse(program, user_changes, LENGTH(user_changes));
	if (!(allowed & CLINUX_MAY_FORK)) {
		/* The C library takes clone(2), whose flags can be seen, when there is no clone3. */
		ADD(program, IF(BPF_JEQ, SYS_clone3, 0, 1), RETURN(UNKNOWN),
		    IF(BPF_JEQ, SYS_clone, 0, 4), ARGUMENT(0), IF(BPF_JSET, CLONE_THREAD, 1, 0),
		    RETURN(REFUSED), RETURN(SECCOMP_RET_ALLOW));
#ifdef __x86_64__
		ADD(program, IF(BPF_JEQ, SYS_fork, 1, 0), IF(BPF_JEQ, SYS_vfork, 0, 1),
		    RETURN(REFUSED));
#endif
	}
	if (!(allowed & CLINUX_MAY_OPEN_DEVICES)) {
		ADD(program, IF(BPF_JEQ, SYS_openat2, 0, 1), RETURN(UNKNOWN));
		only_read(program, SYS_openat, 2);
#ifdef __x86_64__
		only_read(program, SYS_open, 1);
#endif
	}
	/* The system log and the kernel's announcements; nothing that leaves the machine. */
	ADD(program, IF(BPF_JEQ, SYS_socket, 0, 5), ARGUMENT(0), IF(BPF_JEQ, AF_UNIX, 2, 0),
	    IF(BPF_JEQ, AF_NETLINK, 1, 0), RETURN(REFUSED), RETURN(SECCOMP_RET_ALLOW));
	if (!(allowed & CLINUX_MAY_OPEN_EVENTS))
		ADD(program, IF(BPF_JEQ, SYS_perf_event_open, 0, 1), RETURN(REFUSED));
	ADD(program, IF(BPF_JEQ, SYS_ptrace, 1, 0), RETURN(SECCOMP_RET_ALLOW), ARGUMENT(0));
	for (size_t i = 0; allowed & CLINUX_MAY_TRACE && i < LENGTH(traces); i++)
		ADD(program, IF(BPF_JEQ, traces[i], 0, 1), RETURN(SECCOMP_RET_ALLOW));
	ADD(program, RETURN(REFUSED));
}

int clinux_refuse_calls(unsigned int allowed)
{
	struct program program = { .length = 0 };
	struct sock_fprog filter = { .filter = program.code };

	build(&program, allowed);
	filter.len = program.length;
	/* The filter itself is no reason to slow the processor's speculation down. */
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
			    &filter);
}

#else

int clinux_refuse_calls(unsigned int allowed)
{
	(void)allowed;
	errno = ENOTSUP;
	return -1;
}

#endif
