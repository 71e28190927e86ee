# Values that another seed makes others.
s/0x[0-9a-f]\{8\}/0xSPI/g
s/add_time=[0-9]*/add_time=TIME/
s/time [0-9]*ms/time Nms/
s/\(rtt min\/avg\/max\/mdev =\).*/\1 N/
