import { LuaError } from "../lua-vm.ts";
import type { ReceivedValue } from "../wire.ts";
import { checkWhole } from "./arguments.ts";
import type { AttachedComputer, Peripheral, PeripheralMethod } from "./peripheral.ts";

/** Source: ModemState in CC: Tweaked. */
const MAXIMUM_OPEN_CHANNELS = 128;
const LAST_CHANNEL = 65535;

function checkChannel(index: number, value: ReceivedValue): number {
    const channel = checkWhole(index, value);
    if (channel < 0 || channel > LAST_CHANNEL) throw new LuaError("Expected number in range 0-65535");
    return channel;
}

/** What modems of several computers talk over: a message reaches every other modem that has its channel open. */
export class ModemNetwork {
    private readonly distance: number;
    private readonly wireless: boolean;
    private readonly modems = new Set<Modem>();

    /**
     * @param options.distance what `modem_message` says how far the sender is, in blocks: 1 unless given
     * @param options.wireless true unless given
     */
    constructor(options: { distance?: number; wireless?: boolean } = {}) {
        this.distance = options.distance ?? 1;
        this.wireless = options.wireless ?? true;
    }

    /** A new modem of this network, for one computer. */
    modem(): Peripheral {
        const modem = new Modem(this.wireless, (channel, reply, payload) => {
            for (const other of this.modems) {
                if (other !== modem) other.receive(channel, reply, payload, this.distance);
            }
        });
        this.modems.add(modem);
        return modem;
    }
}

type Transmit = (channel: number, reply: number, payload: ReceivedValue) => void;

class Modem implements Peripheral {
    readonly type = "modem";
    readonly methods: Readonly<Record<string, PeripheralMethod>>;
    private readonly channels = new Set<number>();
    private readonly computers = new Set<AttachedComputer>();

    constructor(wireless: boolean, transmit: Transmit) {
        const { channels } = this;
        this.methods = {
            open: (_, given) => {
                const channel = checkChannel(1, given);
                if (!channels.has(channel) && channels.size >= MAXIMUM_OPEN_CHANNELS) {
                    throw new LuaError("Too many open channels");
                }
                channels.add(channel);
            },
            isOpen: (_, channel) => [channels.has(checkChannel(1, channel))],
            close: (_, channel) => {
                channels.delete(checkChannel(1, channel));
            },
            closeAll: () => channels.clear(),
            transmit: (_, channel, reply, payload) =>
                transmit(checkChannel(1, channel), checkChannel(2, reply), payload),
            isWireless: () => [wireless],
        };
    }

    receive(channel: number, reply: number, payload: ReceivedValue, distance: number): void {
        if (!this.channels.has(channel)) return;
        for (const computer of this.computers) {
            computer.queue("modem_message", computer.side, channel, reply, payload, distance);
        }
    }

    attach(computer: AttachedComputer): void {
        this.computers.add(computer);
    }

    detach(computer: AttachedComputer): void {
        this.computers.delete(computer);
    }
}
