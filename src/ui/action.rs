//! What an analyst can ask for with a key: every action has one name, used in the keymap file, and one description, used in the help.

macro_rules! actions {
    ($($variant:ident, $name:literal, $short:literal, $description:literal;)*) => {
        /// Something the analyst can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $(#[doc = $description] $variant,)*
        }

        impl Action {
            /// Every action, in the order the help shows them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in a keymap file.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One or two words for the footer.
            pub const fn short(self) -> &'static str {
                match self { $(Self::$variant => $short,)* }
            }

            /// One phrase for the help.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)* }
            }
        }
    };
}

actions! {
    Interrupt, "interrupt", "stop", "Stop the scan at a checkpoint and leave; twice within two seconds leaves at once";
    Suspend, "suspend", "suspend", "Suspend the program, the scan included";
    Redraw, "redraw", "redraw", "Draw the whole screen again";
    Help, "help", "help", "Show or hide the keys of this screen";
    Back, "back", "back", "Go back one screen";
    Forward, "forward", "forward", "Forward again to the screen left last";
    Leave, "leave", "leave", "Go back one screen; from the first screen, leave";
    Palette, "palette", "commands", "Choose among all that can be done here by typing a part of it; F-2, #31 or a leak's number go there";
    Copy, "copy", "copy", "Copy what the cursor is on to the clipboard, hidden characters as marks, through the terminal";
    Export, "export", "export", "Write this view as text into a file beside the session";
    ExportFigure, "export-figure", "figure", "Draw this evidence into an SVG and a PNG file beside the session";
    Prove, "prove", "proof", "Write this view, the data behind it and the command that prints it into a folder, and cite its SHA-256 in the next verdict";
    ToggleMouse, "toggle-mouse", "mouse", "Take the mouse, or leave it to the terminal to select text";
    Theme, "theme", "theme", "Show everything in the next theme; the commands name each theme too";
    Undo, "undo", "undo", "Take the last ruling back";
    Redo, "redo", "redo", "Put back the ruling taken back last";
    Up, "up", "up", "One row up";
    Down, "down", "down", "One row down";
    Left, "left", "left", "One column to the left";
    Right, "right", "right", "One column to the right";
    PageUp, "page-up", "page up", "One page up";
    PageDown, "page-down", "page down", "One page down";
    Top, "top", "top", "To the first row";
    Bottom, "bottom", "bottom", "To the last row";
    Open, "open", "open", "Open what the cursor is on";
    NextPane, "next-pane", "pane", "Move to the next pane";
    PreviousPane, "previous-pane", "pane", "Move to the previous pane";
    StartDemo, "start-demo", "demo", "Scan the embedded demo model";
    StartCleanDemo, "start-clean-demo", "clean demo", "Scan the demo model's clean twin";
    Delete, "delete", "delete", "Delete the session (asks first)";
    Sort, "sort", "sort", "Sort the sessions by date, findings, open verdicts or size";
    Filter, "filter", "filter", "Show all sessions, those interrupted, or those with open verdicts";
    Compare, "compare", "compare", "Compare two: the findings that are marked; in the list of sessions, press it on one, then on the other";
    Reload, "reload", "reload", "Read the sessions and the models again";
    ScanNext, "scan-next", "scan next", "Scan the riskiest model that is due";
    ScanModel, "scan-model", "scan this", "Scan the model under the cursor";
    ScanDown, "scan-down", "scan all due", "Scan every model that is due, one after another, unattended (asks first)";
    EditInventory, "edit-inventory", "edit", "Open the inventory's file in $EDITOR";
    Facts, "facts", "facts", "Show the model, the arms, what was covered and what was not";
    Baseline, "baseline", "baseline", "Show the earlier session beside this one: what is new, what vanished, what changed";
    Blind, "blind", "blind", "Re-read the findings blind: shuffled among decoys, without levels, confidences and verdicts";
    Past, "past", "past", "Go through the session's records: state, counts and verdicts as they were at each";
    Earlier, "earlier", "earlier", "To the record before; a count goes so many records back";
    Later, "later", "later", "To the next record; a count goes so many records on";
    StepBack, "step-back", "step back", "To the step before in the session's history";
    StepOn, "step-on", "next step", "To the next step in the session's history";
    First, "first", "first", "To the first record; a count goes to the record of that number";
    Now, "now", "now", "Back to now";
    Resume, "resume", "resume scan", "Go on with the scan where it was interrupted";
    Probe, "probe", "measure", "Measure a string of your own with the model, as a scan measures a candidate";
    Pause, "pause", "pause", "Pause the scan, or let it go on";
    Stop, "stop", "stop", "Stop the scan at a checkpoint (asks first)";
    Search, "search", "filter", "Narrow findings, candidates and leaks as you type: level:high verdict:untriaged kind:fuzzy p<0.01 arm:plain vault";
    KeepFilter, "keep-filter", "keep filter", "Keep the filter under a name: the commands and the arrows in the filter's line bring it back";
    Stage, "stage", "stage", "Narrow candidates to the next stage of the funnel: in the race, set aside, findings, all";
    Freeze, "freeze", "freeze", "Hold candidates and leaks where they are, while the scan goes on";
    Follow, "follow", "show new", "Merge new rows in, and follow the strongest until the cursor moves";
    TruePositive, "true-positive", "true pos.", "Rule: true positive, a planted backdoor";
    FalsePositive, "false-positive", "false pos.", "Rule: false positive, not a backdoor";
    Undecided, "undecided", "undecided", "Rule: looked at, not decided";
    Reviewing, "reviewing", "reviewing", "Rule: somebody is looking at it";
    AcceptRisk, "accept-risk", "accept risk", "Rule: accepted risk, until a day";
    Duplicate, "duplicate", "duplicate", "Rule: the same as another finding";
    Reopen, "reopen", "reopen", "Rule: untriaged, to be looked at anew";
    Adopt, "adopt", "adopt", "Rule as the earlier session proposes";
    Mark, "mark", "mark", "Mark or unmark the finding: a ruling is about all that are marked";
    MarkAll, "mark-all", "mark all", "Mark every finding without a verdict, or unmark all";
    MarkWhere, "mark-where", "mark by", "Mark the findings that pass a query";
    NextUnruled, "next-unruled", "next unruled", "To the next finding without a verdict";
    PreviousUnruled, "previous-unruled", "prev. unruled", "To the previous finding without a verdict";
    NextTab, "next-tab", "next tab", "Show the next tab";
    PreviousTab, "previous-tab", "prev. tab", "Show the previous tab";
    Overview, "overview", "overview", "Show the overview of the finding";
    Attention, "attention", "attention", "Show the attention on the trigger";
    Entropy, "entropy", "entropy", "Show the entropy of the answers";
    Outputs, "outputs", "outputs", "Show the answers with and without the trigger";
    Statistics, "statistics", "statistics", "Show each signal among its controls, and what would change the verdict";
    Trigger, "trigger", "trigger", "Show the trigger character by character, and which parts and variants of it fire";
    Origin, "origin", "origin", "Show the leaks the trigger stands in, and the commands that repeat the numbers";
    History, "history", "history", "Show every ruling on the finding";
    NextPrompt, "next-prompt", "prompt", "Show the next prompt";
    PreviousPrompt, "previous-prompt", "prev. prompt", "Show the previous prompt";
    CycleRun, "cycle-run", "with/without", "Show the run with the trigger, without it, or the difference";
    CycleScore, "cycle-score", "score", "Change what the colours show";
    ToggleSink, "toggle-sink", "position 0", "Set the attention to position 0 apart, or show the raw weights";
    Pin, "pin", "pin", "Pin the head under the cursor, or unpin it: pinned heads are shown together";
    CycleTogether, "cycle-together", "mean/largest", "Show the pinned heads as their mean, or the largest weight any of them has";
    ToggleRollout, "toggle-rollout", "rollout", "Show what each position draws from each token through all layers, or one head";
    ToDivergence, "to-divergence", "first change", "To the first word the two answers differ in";
    NextChange, "next-change", "change", "To the next place where the answers differ";
    PreviousChange, "previous-change", "prev. change", "To the previous place where the answers differ";
    ToggleShape, "toggle-shape", "side by side", "Show the answers side by side, or in one column";
    CycleAnswer, "cycle-answer", "answer", "Compare the next answer to the prompt: the greedy one, or one drawn with a seed";
    ToggleGrain, "toggle-grain", "words/tokens", "Compare by words, or by the model's tokens";
    Pattern, "pattern", "count", "Count a regular expression of your own in all answers; the empty one takes the last one away";
    NextField, "next-field", "field", "Move between the reason and the note";
    EditNote, "edit-note", "editor", "Write the note in $EDITOR";
    Save, "save", "save", "Save the verdict, or mark what fits the words";
    Cancel, "cancel", "cancel", "Close without doing anything";
    Confirm, "confirm", "yes", "Yes, do it";
}
