const sector = 2048;
const volume = 16;
const catalogAt = 19;
const programAt = 20;

/** A CD whose BIOS boot image (El Torito, without emulation) is a program of one sector, loaded at 0x7c00. */
export function bootableCd(program: Uint8Array): Buffer {
  const cd = Buffer.alloc((programAt + 1) * sector);
  describe(cd, volume, 1);
  describe(cd, volume + 1, 0);
  cd.write('EL TORITO SPECIFICATION', (volume + 1) * sector + 7, 'latin1');
  cd.writeUInt32LE(catalogAt, (volume + 1) * sector + 0x47);
  describe(cd, volume + 2, 255);
  catalog().copy(cd, catalogAt * sector);
  cd.set(program, programAt * sector);
  return cd;
}

/** A volume descriptor of ISO 9660. */
function describe(cd: Buffer, at: number, type: number): void {
  cd.writeUInt8(type, at * sector);
  cd.write('CD001\x01', at * sector + 1, 'latin1');
}

function catalog(): Buffer {
  const entries = Buffer.alloc(64);
  entries.writeUInt8(1, 0); // validation entry, for the platform x86
  entries.writeUInt16LE(0xaa55, 30);
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += entries.readUInt16LE(at);
  entries.writeUInt16LE(-sum & 0xffff, 28);
  entries.writeUInt8(0x88, 32); // bootable
  entries.writeUInt16LE(sector / 512, 38);
  entries.writeUInt32LE(programAt, 40);
  return entries;
}
