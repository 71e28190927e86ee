/* The agent as the first process of a machine of QEMU's, which has one host. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* place.c */
void *message_read(uint32_t *number, size_t *length); /* the next one from the driver; a byte 0 stands behind it, valid until the next call */

/* farewell.c */
bool farewell(int port, uint32_t patience_ms); /* tells the driver that this is the end, until it has taken all; false: it does not answer */

/* modules.c */
void modules_load(const char *folder); /* files in the order of their names */
void modules_serve(void);	       /* the kernel finds the modules of its image from now on */
_Noreturn void modules_find(char **argv); /* what the kernel starts where it needs one */
