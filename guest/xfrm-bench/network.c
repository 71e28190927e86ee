/* A network namespace with a device that swallows all packets and one that packets are put into, and both ways of packets. */
#include "bench.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int tun = -1;

static void route_request(struct message *m)
{
	struct { struct nlmsghdr head; struct nlmsgerr error; char more[1024]; } answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	m->head.nlmsg_flags |= NLM_F_ACK | NLM_F_CREATE;
	if (fd < 0 || send(fd, m, m->head.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < 0)
		fail("rtnetlink: %s", strerror(errno));
	if (answer.error.error)
		fail("rtnetlink request %d: %s", m->head.nlmsg_type, strerror(-answer.error.error));
	close(fd);
}

static void set_up(const char *name)
{
	struct ifreq r = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &r))
		fail("device %s: %s", name, strerror(errno));
	r.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &r))
		fail("device %s: %s", name, strerror(errno));
	close(fd);
}

static void add_dummy(void)
{
	struct message m;
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	begin(&m, RTM_NEWLINK, &head, sizeof head);
	append(&m, IFLA_IFNAME, "d0", 3);
	/* IFLA_LINKINFO with IFLA_INFO_KIND in it */
	struct { struct nlattr head; char kind[8]; } info = { { NLA_HDRLEN + 6, IFLA_INFO_KIND }, "dummy" };
	append(&m, IFLA_LINKINFO, &info, sizeof info);
	route_request(&m);
	set_up("d0");
}

static void add_address(void)
{
	struct message m;
	bool six = variant->family == AF_INET6;
	struct ifaddrmsg head = { .ifa_family = (uint8_t)variant->family, .ifa_prefixlen = six ? 64 : 16,
				  .ifa_flags = IFA_F_NODAD, .ifa_index = if_nametoindex("d0") };
	begin(&m, RTM_NEWADDR, &head, sizeof head);
	append(&m, IFA_LOCAL, own->bytes, six ? 16 : 4);
	append(&m, IFA_ADDRESS, own->bytes, six ? 16 : 4);
	route_request(&m);
	struct rtmsg route = { .rtm_family = (uint8_t)variant->family, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
			       .rtm_scope = six ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK, .rtm_type = RTN_UNICAST };
	uint32_t device = if_nametoindex("d0");
	begin(&m, RTM_NEWROUTE, &route, sizeof route);
	append(&m, RTA_OIF, &device, sizeof device);
	route_request(&m);
}

static void add_tun(void)
{
	struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI, .ifr_name = "t0" };
	tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &r))
		fail("/dev/net/tun: %s", strerror(errno));
	set_up("t0");
}

static void write_setting(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

void network_start(void)
{
	set_up("lo");
	add_dummy();
	add_address();
	add_tun();
	/* What is put into it comes from addresses whose way back leads elsewhere. */
	write_setting("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
	write_setting("/proc/sys/net/ipv4/conf/t0/rp_filter", "0");
}

/* Either family, in one object. */
union any_address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

static socklen_t to_sockaddr(union any_address *to, const struct address *a, uint16_t port)
{
	memset(to, 0, sizeof *to);
	to->any.sa_family = (sa_family_t)variant->family;
	if (variant->family == AF_INET6) {
		to->six.sin6_port = htons(port);
		memcpy(&to->six.sin6_addr, a->bytes, 16);
		return sizeof to->six;
	}
	to->four.sin_port = htons(port);
	memcpy(&to->four.sin_addr, a->bytes, 4);
	return sizeof to->four;
}

int sender(uint16_t port)
{
	union any_address address;
	int room = 16 << 20, fd = socket(variant->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = to_sockaddr(&address, own, port);
	if (fd < 0 || bind(fd, &address.any, size))
		fail("UDP socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	return fd;
}

/* False where a policy refuses it (net/xfrm/xfrm_policy.c: EPERM of a blocking one). */
bool send_to(int fd, const struct address *to, uint16_t port)
{
	union any_address address;
	socklen_t size = to_sockaddr(&address, to, port);
	if (sendto(fd, "espalier", 8, 0, &address.any, size) == 8)
		return true;
	if (errno != EPERM)
		fail("send: %s", strerror(errno));
	return false;
}

void connect_to(int fd, const struct address *to, uint16_t port)
{
	union any_address address;
	socklen_t size = to_sockaddr(&address, to, port);
	if (connect(fd, &address.any, size))
		fail("connect: %s", strerror(errno));
}

uint32_t received(int fd)
{
	char bytes[64];
	uint32_t n = 0;
	while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		n++;
	return n;
}

/* One's complement sum of 16-bit words (RFC 1071). */
static uint32_t sum_of(const void *bytes, size_t length, uint32_t sum)
{
	const uint8_t *at = bytes;
	for (size_t i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	return sum;
}

static uint16_t folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

enum { UDP_BYTES = sizeof(struct udphdr) + 8 };

static void make_udp(uint8_t *out, const struct address *from, uint16_t source, uint16_t port)
{
	size_t size = variant->family == AF_INET6 ? 16 : 4;
	struct udphdr udp = { .uh_sport = htons(source), .uh_dport = htons(port), .uh_ulen = htons(UDP_BYTES) };
	memcpy(out, &udp, sizeof udp);
	memcpy(out + sizeof udp, "espalier", 8);
	uint32_t sum = sum_of(from->bytes, size, sum_of(own->bytes, size, IPPROTO_UDP + UDP_BYTES));
	udp.uh_sum = folded(sum_of(out, UDP_BYTES, sum));
	memcpy(out, &udp, sizeof udp);
}

/* Puts a packet to us into the device, of a protocol and its bytes. */
static void inject(const struct address *from, uint8_t protocol, const uint8_t *bytes, size_t length)
{
	uint8_t packet[512];
	size_t head;
	if (variant->family == AF_INET6) {
		struct ip6_hdr ip = { .ip6_flow = htonl(6u << 28), .ip6_plen = htons((uint16_t)length), .ip6_nxt = protocol, .ip6_hlim = 64 };
		memcpy(&ip.ip6_src, from->bytes, 16);
		memcpy(&ip.ip6_dst, own->bytes, 16);
		memcpy(packet, &ip, head = sizeof ip);
	} else {
		struct iphdr ip = { .version = 4, .ihl = 5, .tot_len = htons((uint16_t)(sizeof ip + length)), .ttl = 64, .protocol = protocol };
		memcpy(&ip.saddr, from->bytes, 4);
		memcpy(&ip.daddr, own->bytes, 4);
		ip.check = folded(sum_of(&ip, sizeof ip, 0));
		memcpy(packet, &ip, head = sizeof ip);
	}
	memcpy(packet + head, bytes, length);
	if (write(tun, packet, head + length) != (ssize_t)(head + length))
		fail("put a packet into the device: %s", strerror(errno));
}

void inject_udp(const struct address *from, uint16_t source, uint16_t port)
{
	uint8_t udp[UDP_BYTES];
	make_udp(udp, from, source, port);
	inject(from, IPPROTO_UDP, udp, sizeof udp);
}

/* ESP in transport mode without encryption or check value (RFC 4303, RFC 2410). */
void inject_esp(const struct address *from, uint32_t spi, uint32_t sequence, uint16_t port)
{
	struct { uint32_t spi, sequence; uint8_t udp[UDP_BYTES], padding[2], length, next; } esp = {
		.spi = htonl(spi), .sequence = htonl(sequence), .padding = { 1, 2 }, .length = 2, .next = IPPROTO_UDP,
	};
	make_udp(esp.udp, from, 9, port);
	inject(from, IPPROTO_ESP, (const uint8_t *)&esp, sizeof esp);
}
