/* The same for files of the network. Headers whose functions name the including file's module (`KBUILD_MODNAME`) cannot be among them. */
#include "all.h"
#include <linux/skbuff.h>
#include <linux/netdevice.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/sock.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/xfrm.h>
#include <net/netlink.h>
#include <linux/netfilter.h>
