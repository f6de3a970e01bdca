package dev.coppice.kernel;

/// The recipe of an actor: an immutable value from which any number of incarnations can be started.
///
/// [Server#of], a method reference to a [Loop], supervisors and pools are recipes. The withers return a changed copy.
public interface Actor<M> {

    /// How to start it.
    Recipe<M> recipe();

    /// With a name that its incarnations hold while they live.
    default Recipe<M> named(Name<M> name) {
        return recipe().named(name);
    }

    /// With this mailbox instead of an unbounded one.
    default Recipe<M> mailbox(Mailbox mailbox) {
        return recipe().mailbox(mailbox);
    }

    /// With a label for logs and reports; the class of the body by default.
    default Recipe<M> labelled(String label) {
        return recipe().labelled(label);
    }
}
