#!/bin/sh
# First process of the lab that builds an image. The machine's own files are its read-only root;
# the folder it was started in is /tmp/build, the one place of the machine it writes to. `job` there
# is what to do; `done` tells how that ended.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root TMPDIR=/tmp

# By number, since no tool at hand does it: mount() of all machines' libraries alike, and reboot().
mount_work='exit(syscall(165, my $s = "none", my $t = "/tmp/build", my $f = "hostfs", 0, my $d = "/proc/self/cwd") ? 1 : 0)'
power_off='syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)'

{
  mount -t proc proc /proc &&
    mount -t sysfs sys /sys &&
    mount -t devtmpfs dev /dev &&
    mkdir /dev/pts /dev/shm &&
    mount -t devpts -o mode=620,gid=5,ptmxmode=666 pts /dev/pts &&
    mount -t tmpfs -o mode=1777 shm /dev/shm &&
    mount -t tmpfs -o mode=755 run /run &&
    mount -t tmpfs -o mode=1777,size=85% tmp /tmp &&
    mkdir /tmp/build &&
    perl -e "$mount_work" &&
    cd /tmp/build &&
    sh ./job &&
    echo complete >/tmp/build/done
} </dev/null
exec perl -e "$power_off"
