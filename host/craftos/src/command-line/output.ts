/** Ends the process when nobody reads its output any more (`npm start | head`), in place of a stack trace. */
export function endQuietlyWithoutReader(): void {
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "EPIPE") throw error;
        process.exit(0);
    });
}
