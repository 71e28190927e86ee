/* The modules of a distribution's kernel: those that reach the drives from the initramfs, all others from the image of the kernel. */
#include "../agent.h"
#include "machine.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { COMPRESSED_FILE = 4 }; /* MODULE_INIT_COMPRESSED_FILE of linux/module.h: the kernel unpacks it */

static void load(const char *folder, const char *name)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	int file = open(path, O_RDONLY | O_CLOEXEC), flags = strcmp(strrchr(name, '.'), ".ko") ? COMPRESSED_FILE : 0;
	if (file < 0 || (syscall(SYS_finit_module, file, "", flags) && errno != EEXIST))
		die("module %s: %s", name, strerror(errno));
	close(file);
}

void modules_load(const char *folder)
{
	struct dirent **names;
	int count = scandir(folder, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (strstr(names[i]->d_name, ".ko"))
			load(folder, names[i]->d_name);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}

void modules_serve(void)
{
	if (mount("proc", "/mnt/kernel/proc", "proc", 0, NULL) || mount("sysfs", "/mnt/kernel/sys", "sysfs", 0, NULL))
		die("the image of the kernel: %s", strerror(errno));
	write_file("/proc/sys/kernel/modprobe", "/modprobe", true);
}

/* Started by the kernel, in the agent's root: kmod needs its own libraries. */
void modules_find(char **argv)
{
	if (chroot("/mnt/kernel") == 0 && chdir("/") == 0)
		execv("/sbin/modprobe", argv);
	_exit(127);
}
