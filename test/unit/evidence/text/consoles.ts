/** Consoles in the shape of libreswan's, written for these tests; addresses and names are ours. */

export const sanitized = `ipsec start
Redirecting to: [initsystem]
left #
 ipsec add tunnel
"tunnel": added IKEv2 connection
left #
 ipsec up tunnel
"tunnel" #1: initiating IKEv2 connection to 198.51.100.2 using UDP
"tunnel" #1: processed IKE_SA_INIT response from 198.51.100.2:UDP/500 {cipher=AES_GCM_16_256 integ=n/a prf=HMAC_SHA2_512 group=DH19}, initiating IKE_AUTH
"tunnel" #1: initiator established IKE SA; authenticated peer using authby=secret and ID_FQDN '@right'
"tunnel" #2: initiator established Child SA using #1; IPsec tunnel [10.1.0.0/16===10.2.0.0/16] {ESP/ESN=>0xESPESP <0xESPESP xfrm=AES_GCM_16_256-NONE DPD=passive}
left #
 ../../guestbin/ping-once.sh --up -I 10.1.0.1 10.2.0.1
up
left #
 ipsec trafficstatus
#2: "tunnel", type=ESP, add_time=1234567890, inBytes=84, outBytes=84, maxBytes=2^63B, id='@right'
left #
 ipsec showstates
#1: "tunnel":500 ESTABLISHED_IKE_SA (established IKE SA); REKEY in XXs; REPLACE in XXs; newest; idle;
#2: "tunnel":500 ESTABLISHED_CHILD_SA (established Child SA); REKEY in XXs; newest; eroute owner; IKE SA #1; idle;
left #
 ../../guestbin/ipsec-kernel-state.sh
src 198.51.100.1 dst 198.51.100.2
\tproto esp spi 0xSPISPI reqid REQID mode tunnel
\treplay-window 0 flag af-unspec esn
\taead rfc4106(gcm(aes)) 0xENCAUTHKEY 128
\tlastused YYYY-MM-DD HH:MM:SS
\tanti-replay esn context:
\t seq-hi 0x0, seq 0xXX, oseq-hi 0x0, oseq 0xXX
\t replay_window 0, bitmap-length 0
\tdir out
src 198.51.100.2 dst 198.51.100.1
\tproto esp spi 0xSPISPI reqid REQID mode tunnel
\treplay-window 0 flag af-unspec esn
\taead rfc4106(gcm(aes)) 0xENCAUTHKEY 128
\tanti-replay esn context:
\t seq-hi 0x0, seq 0xXX, oseq-hi 0x0, oseq 0xXX
\t replay_window 128, bitmap-length 4
\t 00000000 00000000 00000000 XXXXXXXX 
\tdir in
left #
 ../../guestbin/ipsec-kernel-policy.sh
src 10.1.0.0/16 dst 10.2.0.0/16
\tdir out priority PRIORITY ptype main
\ttmpl src 198.51.100.1 dst 198.51.100.2
\t\tproto esp reqid REQID mode tunnel
src 10.2.0.0/16 dst 10.1.0.0/16 proto tcp dport 80
\tdir in action block priority PRIORITY ptype main
src 0.0.0.0/0 dst 0.0.0.0/0
\tsocket in priority 0 ptype main
left #
 ipsec status
Total IPsec connections: loaded 1, active 1
IKE SAs: total(1), half-open(0), open(0), authenticated(1), anonymous(0)
"tunnel":   routing: routed-tunnel; owner: Child SA #2; established IKE SA: #1; established Child SA: #2;
left #
 ipsec down tunnel
"tunnel" #2: ESP traffic information: in=84B out=84B
"tunnel" #1: deleting IKE SA (established IKE SA)
`;

/** One SA as `ip -s xfrm state` of iproute2 6.15 prints it on kernel 7.2.13, from a run of Espalier; the key is another. */
export const rawState = `src 192.1.2.45 dst 192.1.2.23
\tproto esp spi 0x2fcf01c3(802095555) reqid 16389(0x00004005) mode tunnel
\treplay-window 0 seq 0x00000000 flag af-unspec esnextra_flag dont-encap-dscp (0x10100000)
\taead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223 (288 bits) 128
\tencap type espinudp sport 4500 dport 4500 addr 0.0.0.0
\tlastused 2025-06-15 12:01:06
\tanti-replay esn context:
\t seq-hi 0x0, seq 0x0, oseq-hi 0x0, oseq 0x6
\t replay_window 0, bitmap-length 0
\tif_id 0x11
\tdir out
\tlifetime config:
\t  limit: soft 512(bytes), hard 2048(bytes)
\t  limit: soft (INF)(packets), hard 9223372036854775808(packets)
\t  expire add: soft 0(sec), hard 3600(sec)
\t  expire use: soft 0(sec), hard 0(sec)
\tlifetime current:
\t  504(bytes), 6(packets)
\t  add 2025-06-15 12:01:01 use 2025-06-15 12:01:01
\tstats:
\t  replay-window 0 replay 0 failed 0
`;

/** What `ikectl show sa` prints, addresses ours. */
export const iked = `iked_sas: 0xc8e0977720 rspi 0x89919a0ae17b9893 ispi 0xb502da797c203a8e 198.51.100.1:500->198.51.100.2:500<IPV4/198.51.100.2>[] ESTABLISHED i nexti 0x0 pol 0xc8fafbb000
  sa_childsas: 0xc8e098f480 ESP 0x3f52449e out 198.51.100.1:500 -> 198.51.100.2:500 (L) B=0x0 P=0xc8e096fa80 @0xc8e0977720
  sa_childsas: 0xc8e096fa80 ESP 0x9bbfc7dd in 198.51.100.2:500 -> 198.51.100.1:500 (LA) B=0x0 P=0xc8e098f480 @0xc8e0977720
  sa_flows: 0xc8e0957400 ESP out 10.1.0.0/16 -> 10.2.0.0/16 [0]@-1 (L) @0xc8e0977720
  sa_flows: 0xc8e0985800 ESP in 10.2.0.0/16 -> 10.1.0.0/16 [0]@-1 (L) @0xc8e0977720
`;
