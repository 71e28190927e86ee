/*
 * Frames as they arrive at the links' ends, in a memory that the kernel copies them to.
 *
 * The queue of a packet socket would not do: a frame in it shares its bytes with the one that goes on
 * through the network, and the kernel changes those in place (ESP in TCP is decrypted where it lies,
 * NAT writes addresses into fragments), long before the agent reads them.
 *
 * A ring of version 3 (net/packet/af_packet.c, tpacket_rcv) takes frames of every size one behind the
 * other; slots for the largest would hold few, and what is too large for a slot is queued uncopied.
 * Its blocks are read while the kernel still fills them, so nothing has to close them: frames are
 * copied in a soft interrupt, and on the one CPU of a lab the agent runs before or after one, never
 * within. Nobody waits for the ring: that a block is full wakes no task.
 *
 * Where a lab has several CPUs, a frame is counted before it is copied, on one that the agent does not run on. There only closed
 * blocks are read, which the kernel closes for a reader after a time too.
 */
#include "agent.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

/* A block holds three of the largest frames that a veth takes, 64 KiB before they are segmented. */
enum { BLOCK_BYTES = 256 << 10, BLOCKS = 64 };
/* With several CPUs: a block with frames is closed after a time, however few they are; so many last for some 20 s in which the agent has no turn. */
enum { CLOSE_MS = 100, MORE_BLOCKS = 192 };

static int fd = -1;
static uint8_t *ring;
static uint32_t blocks;
/* Where the reader is: block, packets taken from it, offset of the next one in it. */
static uint32_t block, taken, next;

static void set(int level, int name, const void *value, socklen_t size, const char *what)
{
	if (setsockopt(fd, level, name, value, size))
		die("packet socket: %s: %s", what, strerror(errno));
}

/*
 * Bound to its protocol last, or frames would be queued before there is a ring. The kernel insists on
 * a timer that closes blocks: with one CPU the longest there is, 49 days of the lab's clock.
 */
void ring_open(void)
{
	int one = 1, version = TPACKET_V3;
	blocks = plan.cpus > 1 ? MORE_BLOCKS : BLOCKS;
	struct tpacket_req3 request = { .tp_block_size = BLOCK_BYTES, .tp_block_nr = blocks,
					.tp_frame_size = BLOCK_BYTES, .tp_frame_nr = blocks,
					.tp_retire_blk_tov = plan.cpus > 1 ? CLOSE_MS : ~0u };
	struct sockaddr_ll all = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("packet socket: %s", strerror(errno));
	set(SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one, "ignore outgoing");
	set(SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one, "timestamps"); /* taken on arrival, not on copying */
	set(SOL_PACKET, PACKET_VERSION, &version, sizeof version, "version");
	set(SOL_PACKET, PACKET_RX_RING, &request, sizeof request, "ring");
	ring = mmap(NULL, (size_t)BLOCK_BYTES * blocks, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED || bind(fd, (struct sockaddr *)&all, sizeof all))
		die("packet ring: %s", strerror(errno));
	madvise(ring, (size_t)BLOCK_BYTES * blocks, MADV_DONTFORK); /* thousands of pages, of no use to the hosts */
}

static volatile struct tpacket_hdr_v1 *head_of(uint32_t index)
{
	return &((struct tpacket_block_desc *)(ring + (size_t)(index % blocks) * BLOCK_BYTES))->hdr.bh1;
}

static bool is_closed(uint32_t index) { return head_of(index)->block_status & TP_STATUS_USER; }

/* Until all frames that have arrived can be read: the block that the kernel fills now is closed, or has none. */
void ring_settle(void)
{
	struct timespec moment = { 0, CLOSE_MS * 1000000l / 10 };
	uint32_t filling = block;
	if (plan.cpus <= 1)
		return;
	while (is_closed(filling) && filling < block + blocks)
		filling++;
	while (head_of(filling)->num_pkts && !is_closed(filling))
		nanosleep(&moment, NULL);
}

/* Gives back blocks that are full and read. The count is cleared since the kernel may be slow to reopen one. */
static volatile struct tpacket_hdr_v1 *unread_block(void)
{
	for (;;) {
		volatile struct tpacket_hdr_v1 *head = head_of(block);
		bool full = is_closed(block);
		if (taken < head->num_pkts && (full || plan.cpus <= 1))
			return head;
		if (!full)
			return NULL;
		head->num_pkts = 0;
		head->block_status = TP_STATUS_KERNEL;
		block = (block + 1) % blocks;
		taken = 0;
	}
}

bool ring_next(struct frame *out)
{
	volatile struct tpacket_hdr_v1 *head = unread_block();
	if (!head)
		return false;
	if (!taken)
		next = head->offset_to_first_pkt;
	uint8_t *at = ring + (size_t)block * BLOCK_BYTES + next;
	struct tpacket3_hdr *packet = (struct tpacket3_hdr *)at;
	struct sockaddr_ll *from = (struct sockaddr_ll *)(at + TPACKET_ALIGN((int)sizeof *packet));
	*out = (struct frame){ .bytes = at + packet->tp_mac, .kept = packet->tp_snaplen, .length = packet->tp_len,
			       .interface = from->sll_ifindex,
			       .time = packet->tp_sec * (uint64_t)1000000000 + packet->tp_nsec };
	next += packet->tp_next_offset;
	taken++;
	return true;
}

/* The kernel counts since it was last asked. */
uint64_t ring_lost(void)
{
	static uint64_t lost;
	struct tpacket_stats_v3 stats;
	socklen_t size = sizeof stats;
	if (!getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size))
		lost += stats.tp_drops;
	return lost;
}
