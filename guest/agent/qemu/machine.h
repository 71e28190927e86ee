/* The agent as the first process of a machine of QEMU's, which has one host. */
#pragma once
#include <stddef.h>

/* place.c */
void *message_read(uint32_t *number, size_t *length); /* the next one from the driver; a byte 0 stands behind it, valid until the next call */

/* modules.c */
void modules_load(const char *folder); /* files in the order of their names */
void modules_serve(void);	       /* the kernel finds the modules of its image from now on */
_Noreturn void modules_find(char **argv); /* what the kernel starts where it needs one */
