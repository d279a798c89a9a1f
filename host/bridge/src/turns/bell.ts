/** Something to wait for that may ring before anybody waits: that is heard, too. */
export class Bell {
    private hasRung = false;
    private waiting: (() => void) | undefined;

    ring(): void {
        this.hasRung = true;
        this.waiting?.();
    }

    /** Waits until it rings, or for so long. @returns whether it rang */
    async wait(milliseconds: number): Promise<boolean> {
        if (!this.hasRung)
            await new Promise<void>((resolve) => {
                const timer = setTimeout(resolve, milliseconds);
                this.waiting = () => {
                    clearTimeout(timer);
                    resolve();
                };
            });
        this.waiting = undefined;
        const rang = this.hasRung;
        this.hasRung = false;
        return rang;
    }
}
