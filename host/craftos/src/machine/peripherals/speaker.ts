import { LuaError } from "../lua-vm.ts";
import { TICK_MILLISECONDS } from "../clock.ts";
import type { LuaTable } from "../wire.ts";
import { checkNumber, checkTable, checkText } from "./arguments.ts";
import type { AttachedComputer, Peripheral, PeripheralMethod } from "./peripheral.ts";

/** Source: SpeakerPeripheral, DfpwmState and the default configuration of CC: Tweaked. */
const NOTES_PER_TICK = 8;
const SAMPLES_PER_MILLISECOND = 48;
const MAXIMUM_SAMPLES = 128 * 1024;
/** What is remembered of what was played: a program may play without end. */
const MAXIMUM_PLAYED = 10_000;
const MAXIMUM_SAMPLES_KEPT = 2 * 1024 * 1024;
/** More audio is asked for once there is so much left to play. */
const BUFFER_MILLISECONDS = 500;

const instruments = new Set(
    (
        "harp basedrum snare hat bass flute bell guitar chime xylophone iron_xylophone cow_bell didgeridoo bit banjo " +
        "pling zombie skeleton creeper dragon wither_skeleton piglin custom_head"
    ).split(" "),
);

/** What a speaker has been told to play. */
export type Played =
    | { readonly kind: "note"; readonly instrument: string; readonly volume: number; readonly pitch: number }
    | { readonly kind: "sound"; readonly name: string; readonly volume: number; readonly pitch: number }
    | { readonly kind: "audio"; readonly samples: readonly number[]; readonly volume: number }
    | { readonly kind: "stop" };

function clampVolume(volume: number): number {
    return Math.min(3, Math.max(0, volume));
}

/** The whole samples that CC encodes: eight to a byte, what is left over is dropped. */
function checkSamples(audio: LuaTable): number[] {
    let length = 0;
    while (audio.has(length + 1)) length++;
    if (length === 0) throw new LuaError("Cannot play empty audio");
    if (length > MAXIMUM_SAMPLES) throw new LuaError("Audio data is too large");
    return Array.from({ length: length - (length % 8) }, (_, index) => {
        const level = audio.get(index + 1);
        if (typeof level !== "number") {
            const type = level === undefined ? "nil" : level instanceof Map ? "table" : typeof level;
            throw new LuaError(`table item #${index + 1} is not number (got ${type})`);
        }
        const whole = Math.trunc(level);
        if (!(whole >= -128 && whole <= 127)) {
            throw new LuaError(`table item #${index + 1} must be between -128 and 127`);
        }
        return whole;
    });
}

/** A speaker that makes no noise and remembers what it was told. It takes its time as a real one does. */
export class Speaker implements Peripheral {
    readonly type = "speaker";
    readonly methods: Readonly<Record<string, PeripheralMethod>>;
    /** Oldest first. The last 10,000, or fewer where they are long. */
    readonly played: Played[] = [];
    private samplesKept = 0;
    private tick = 0;
    private notesInTick = 0;
    private soundTick = -1;
    private pending = false;
    private volume = 1;
    /** When the audio that it has ends, in milliseconds on the computer's clock. */
    private audioEnd = -Infinity;

    constructor() {
        this.methods = {
            playNote: (computer, instrument, volume, pitch) => {
                const name = checkText(1, instrument).toLowerCase();
                const loud = clampVolume(volume === undefined ? 1 : checkNumber(2, volume));
                const high = pitch === undefined ? 1 : checkNumber(3, pitch);
                if (!instruments.has(name)) throw new LuaError(`Invalid instrument, "${name}"!`);
                const tick = this.tickOf(computer);
                if (tick !== this.tick) [this.tick, this.notesInTick] = [tick, 0];
                if (this.notesInTick >= NOTES_PER_TICK) return [false];
                this.notesInTick++;
                this.remember({ kind: "note", instrument: name, volume: loud, pitch: high });
                return [true];
            },
            playSound: (computer, given, volume, pitch) => {
                const name = checkText(1, given);
                const loud = clampVolume(volume === undefined ? 1 : checkNumber(2, volume));
                const high = pitch === undefined ? 1 : checkNumber(3, pitch);
                if (!/^([a-z0-9_.-]*:)?[a-z0-9/._-]*$/.test(name)) {
                    throw new LuaError(`Malformed sound name '${name}' `);
                }
                const tick = this.tickOf(computer);
                if (this.soundTick === tick || this.pending || this.audioEnd >= computer.now())
                    return [false];
                this.soundTick = tick;
                this.remember({ kind: "sound", name, volume: loud, pitch: high });
                return [true];
            },
            playAudio: (computer, audio, volume) => {
                const samples = checkSamples(checkTable(1, audio));
                if (volume !== undefined) checkNumber(2, volume);
                if (this.pending) return [false];
                if (typeof volume === "number") this.volume = clampVolume(volume);
                this.remember({ kind: "audio", samples, volume: this.volume });
                this.pending = true;
                const wait = Math.max(
                    TICK_MILLISECONDS,
                    this.audioEnd - BUFFER_MILLISECONDS - computer.now(),
                );
                computer.after(wait, () => this.sendPending(computer, samples.length));
                return [true];
            },
            stop: () => {
                this.remember({ kind: "stop" });
                this.silence();
            },
        };
    }

    private remember(played: Played): void {
        const samplesOf = (one: Played | undefined): number =>
            one?.kind === "audio" ? one.samples.length : 0;
        this.played.push(played);
        this.samplesKept += samplesOf(played);
        while (this.played.length > MAXIMUM_PLAYED || this.samplesKept > MAXIMUM_SAMPLES_KEPT) {
            this.samplesKept -= samplesOf(this.played.shift());
        }
    }

    private tickOf(computer: AttachedComputer): number {
        return Math.floor(computer.now() / TICK_MILLISECONDS);
    }

    private sendPending(computer: AttachedComputer, samples: number): void {
        if (!this.pending) return;
        this.pending = false;
        this.audioEnd = Math.max(computer.now(), this.audioEnd) + samples / SAMPLES_PER_MILLISECOND;
        computer.queue("speaker_audio_empty", computer.side);
    }

    private silence(): void {
        this.pending = false;
        this.audioEnd = -Infinity;
    }

    attach(): void {
        this.silence();
    }

    detach(): void {
        this.silence();
    }
}
