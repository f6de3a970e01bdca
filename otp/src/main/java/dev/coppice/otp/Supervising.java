package dev.coppice.otp;

/// Marks the server factories of supervisors, by which a recipe that has been named or labelled is still known as one.
interface Supervising {}
