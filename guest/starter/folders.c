/* Files of the evidence: made below one folder, whatever the name that a lab gave. */
#include "starter.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_NAME = 255 };

/* Bytes of the UTF-8 character that begins here; 0: none does. Who reads names as text must find the file again. */
static size_t character(const unsigned char *at, size_t left)
{
	static const struct { unsigned char mask, lead; size_t length; uint32_t least; } forms[] = {
		{ 0x80, 0x00, 1, 0 }, { 0xe0, 0xc0, 2, 0x80 }, { 0xf0, 0xe0, 3, 0x800 }, { 0xf8, 0xf0, 4, 0x10000 },
	};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if ((*at & forms[i].mask) != forms[i].lead || forms[i].length > left)
			continue;
		uint32_t code = *at & ~forms[i].mask & 0xffu;
		for (size_t n = 1; n < forms[i].length; n++) {
			if ((at[n] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (at[n] & 0x3fu);
		}
		bool control = code < ' ' || (code >= 0x7f && code < 0xa0);
		bool none = code < forms[i].least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
		return control || none ? 0 : forms[i].length;
	}
	return 0;
}

/* A name that stays below its folder, and that no terminal takes for more than a name. */
static bool is_fine(const char *name, size_t length)
{
	if (length == 0 || length > LONGEST_NAME || (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'))))
		return false;
	for (size_t at = 0, n; at < length; at += n)
		if (!(n = character((const unsigned char *)name + at, length - at)))
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
