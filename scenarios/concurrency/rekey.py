"""Replaces the SAs between two hosts again and again, both hosts in step, as two IKE daemons do: a new SA is there for the receiver before the sender
uses it, and an old one is deleted by its sender first.

rekey.py lead ADDRESS PORT FOLDER COUNT     asks the other host, at its port, for its part of each step
rekey.py follow ADDRESS PORT FOLDER COUNT   does what it is asked for, at its own address

FOLDER has a batch of ip(8) for each step of each generation, 1 to COUNT: STEP-GENERATION. Ends with an error at the first that fails.
"""
import socket
import subprocess
import sys
import time

role, address, port, folder, count = sys.argv[1:]
PATIENCE = 20  # seconds until the other host is there


def do(step, generation):
    subprocess.run(['ip', '-batch', f'{folder}/{step}-{generation}'], check=True)


def follow():
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    server = socket.create_server((address, int(port)), family=family)
    connection, _ = server.accept()
    with connection.makefile('rw') as line:
        for order in line:
            do(*order.split())
            print('done', file=line, flush=True)


def connected():
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection((address, int(port)))
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def lead():
    with connected() as connection, connection.makefile('rw') as line:
        def ask(step, generation):
            print(step, generation, file=line, flush=True)
            if line.readline() != 'done\n':
                sys.exit(f'the other host failed at {step} {generation}')

        for generation in range(1, int(count) + 1):
            ask('receive', generation)
            do('receive', generation)
            do('send', generation)
            ask('send', generation)
            do('retire', generation)
            ask('retire', generation)


{'lead': lead, 'follow': follow}[role]()
