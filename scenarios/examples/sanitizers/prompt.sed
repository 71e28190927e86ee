# The prompt on a line of its own, as east #; nothing of the post-mortem unless it found something.
/>>>>>>>>>> post-mortem >>>>>>>>>>/,/<<<<<<<<<< post-mortem <<<<<<<<<</d
s/^\[root@\([a-z]*\) [^]]*\]# /\1 #\n /
