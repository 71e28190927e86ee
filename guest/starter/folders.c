/* Files of the evidence: made below one folder, whatever the name that a lab gave. */
#include "starter.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_NAME = 255 };

/* A name that stays below its folder, and that no terminal takes for more than a name. */
static bool is_fine(const char *name, size_t length)
{
	if (length == 0 || length > LONGEST_NAME || (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'))))
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return false;
	return true;
}

/* No link is followed: each folder is opened by its own name in the one above it. */
int open_below(int folder, const char *path, int flags)
{
	char name[LONGEST_NAME + 1];
	int at = dup(folder);
	for (;;) {
		path += strspn(path, "/");
		size_t length = strcspn(path, "/");
		if (at < 0 || !is_fine(path, length)) {
			if (at >= 0)
				close(at);
			errno = at < 0 ? errno : EINVAL;
			return -1;
		}
		memcpy(name, path, length);
		name[length] = 0;
		bool last = !path[length];
		if (!last)
			mkdirat(at, name, 0755);
		int next = last ? openat(at, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0644)
				: openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int why = errno;
		close(at);
		errno = why;
		if (last || next < 0)
			return next;
		at = next;
		path += length;
	}
}
