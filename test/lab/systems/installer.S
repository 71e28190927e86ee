/*
 * A small system for test/lab/systems.test.ts: the same 2 KiB are the installer, started from a CD, and what it installs, started from the
 * disk. They speak to the serial port themselves, without an interrupt. Real mode of x86, loaded at 0x7c00.
 */
	.code16
	.text
	.globl _start
_start:
	cli
	xorw %ax, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	movw $0x7c00, %sp
	ljmp $0, $begin
begin:
	cld
	cmpb $1, is_installed
	jne install
	/* The BIOS loaded the first sector of the disk alone. */
	movb $0x42, %ah
	movb $0x80, %dl
	movw $rest, %si
	int $0x13
	jc broken
	jmp log_in
broken:
	movw $m_broken, %si
	call print
	jmp stop

rest:	.byte 16, 0
	.word 3, 0x7e00, 0
	.quad 1
whole:	.byte 16, 0
	.word 4, 0x7c00, 0
	.quad 0

is_installed: .byte 0
host:	.fill 32, 1, 0
password: .fill 32, 1, 0
again:	.fill 32, 1, 0
line:	.fill 128, 1, 0
secret:	.byte 0
m_broken: .asciz "\r\npanic: the disk cannot be used\r\n"

	/* print: a string at %si */
print:
	lodsb
	testb %al, %al
	jz 1f
	call put
	jmp print
1:	ret

put:	/* the character in %al */
	pushw %dx
	movb %al, %ah
	movw $0x3fd, %dx
2:	inb %dx, %al
	testb $0x20, %al
	jz 2b
	movw $0x3f8, %dx
	movb %ah, %al
	outb %al, %dx
	popw %dx
	ret

	.org 510
	.word 0xaa55

	/* read: a line to %di, at most 31 characters of it kept where %cx is 31 */
read:
	movw $0x3fd, %dx
3:	inb %dx, %al
	testb $1, %al
	jz 3b
	movw $0x3f8, %dx
	inb %dx, %al
	cmpb $13, %al
	je 5f
	testw %cx, %cx
	jz read
	decw %cx
	stosb
	cmpb $1, secret
	je read
	call put
	jmp read
5:	movb $0, (%di)
	movb $0, secret
	movw $m_end, %si
	jmp print

install:
	movw $m_welcome, %si
	call print
	movw $m_host, %si
	call print
	movw $host, %di
	movw $31, %cx
	call read
passwords:
	movw $m_password, %si
	call print
	movb $1, secret
	movw $password, %di
	movw $31, %cx
	call read
	movw $m_again, %si
	call print
	movb $1, secret
	movw $again, %di
	movw $31, %cx
	call read
	movw $password, %si
	movw $again, %di
	call same
	je disk
	movw $m_differ, %si
	call print
	jmp passwords
disk:
	movw $m_disk, %si
	call print
	movw $line, %di
	movw $31, %cx
	call read
	movw $line, %si
	movw $m_sd0, %di
	call same
	je write
	movw $m_invalid, %si
	call print
	jmp disk
write:
	movw $m_write, %si
	call print
	movb $1, is_installed
	movb $0x43, %ah
	movb $0, %al
	movb $0x80, %dl
	movw $whole, %si
	int $0x13
	jc broken
	movw $m_done, %si
	call print
	movw $line, %di
	movw $31, %cx
	call read
	movw $0xcf9, %dx
	movb $6, %al
	outb %al, %dx
stop:	jmp stop

	/* equal: zero flag */
same:
	lodsb
	cmpb (%di), %al
	jne 6f
	incw %di
	testb %al, %al
	jnz same
6:	ret

log_in:
	movw $m_end, %si
	call print
	movw $host, %si
	call print
	movw $m_login, %si
	call print
	movw $line, %di
	movw $31, %cx
	call read
	movw $m_secret, %si
	call print
	movb $1, secret
	movw $again, %di
	movw $31, %cx
	call read
	movw $password, %si
	movw $again, %di
	call same
	jne refuse
	movw $line, %si
	movw $m_root, %di
	call same
	je shell
refuse:
	movw $m_refuse, %si
	call print
	jmp log_in
shell:
	movw $host, %si
	call print
	movw $m_prompt, %si
	call print
	movw $line, %di
	movw $120, %cx
	call read
	movw $line, %si
	movw $m_halt, %di
	call same
	je off
	movw $line, %si
	/* What a line has behind `echo `, without quotes. */
find:	lodsb
	testb %al, %al
	jz shell
	cmpb $'o', %al
	jne find
	cmpb $' ', (%si)
	jne find
	incw %si
echo:	lodsb
	testb %al, %al
	jz 7f
	cmpb $0x27, %al
	je echo
	call put
	jmp echo
7:	movw $m_end, %si
	call print
	jmp shell
off:
	movw $0x604, %dx
	movw $0x2000, %ax
	outw %ax, %dx
	jmp stop

m_welcome: .asciz "\r\nWelcome to the test installer.\r\n"
m_host:	.asciz "System hostname? "
m_password: .asciz "Password for root? (will not echo) "
m_again: .asciz "Password for root? (again) "
m_differ: .asciz "Passwords do not match, try again.\r\n"
m_disk:	.asciz "Available disks are: sd0.\r\nWhich disk is the root disk? "
m_sd0:	.asciz "sd0"
m_invalid: .asciz "That is not a valid choice.\r\n"
m_write: .asciz "Installing...\r\n"
m_done:	.asciz "Done. Exit to (R)eboot? "
m_login: .asciz "\r\nlogin: "
m_secret: .asciz "Password:"
m_root:	.asciz "root"
m_refuse: .asciz "Login incorrect\r\n"
m_prompt: .asciz "# "
m_halt:	.asciz "halt -p"
m_end:	.asciz "\r\n"
	.org 2048
