%% The workloads of the other systems, as one writes them in Erlang. Speaks as Child.java does: says `ready` when it is warm, then
%% answers each line with `result VALUE CPU`, until there are no more.
%%
%% A workload is set up by workload/2, which gives a batch: a fun that does the same amount of work each time and returns what it
%% measured, {Operations, Nanos, CpuNanos}, or {value, Value} for results that are no rate.
-module(bench).
-behaviour(supervisor).
-export([child/1, hello/0, version/0]).
-export([init/1, worker/1, start_worker/1, crasher/1, start_crasher/1, started/2]).
-export([ping/3, pong/1, consumer/1, producer/2, publisher/1, member/1, server/0, knot/2, telling/1, quiet/0]).

hello() ->
    Self = self(),
    Pid = spawn(fun() -> receive hello -> Self ! done end end),
    Pid ! hello,
    receive done -> io:format("hello~n") end,
    halt(0).

version() ->
    io:format("Erlang/OTP ~s, ERTS ~s, ~s~n", [erlang:system_info(otp_release), erlang:system_info(version),
                                               erlang:system_info(emu_flavor)]),
    halt(0).

%% Arguments: the workload, its kind, the scale, the milliseconds of warm-up and of a round.
child([Name, Kind, Scale, WarmUp, Round]) ->
    logger:set_primary_config(level, none),
    {ok, [{float, _, Factor}], _} = erl_scan:string(Scale),
    Batch = workload(Name, fun(Full) -> max(1, round(Full * Factor)) end),
    case Kind of
        "RATE" -> fill(Batch, list_to_integer(WarmUp));
        "SINGLE" -> [Batch() || _ <- [1, 2, 3]];
        "COLD" -> ok
    end,
    io:format("ready~n"),
    answer(Batch, Kind, list_to_integer(Round)),
    halt(0).

answer(Batch, Kind, Millis) ->
    case io:get_line("") of
        eof -> ok;
        _ ->
            erlang:garbage_collect(),
            {Value, Cpu} = result(case Kind of "RATE" -> fill(Batch, Millis); _ -> Batch() end),
            io:format("result ~.3f ~.1f~n", [float(Value), float(Cpu)]),
            answer(Batch, Kind, Millis)
    end.

result({value, Value}) -> {Value, 0};
result({value, Value, Cpu}) -> {Value, Cpu};
result({Operations, Nanos, Cpu}) -> {Operations / (Nanos / 1.0e9), Cpu / Operations}.

%% At least one batch, then more until the time is over.
fill(Batch, Millis) -> fill(Batch, now_ns() + Millis * 1000000, {0, 0, 0}).

fill(Batch, Until, {Operations, Nanos, Cpu}) ->
    {O, N, C} = Batch(),
    Sum = {Operations + O, Nanos + N, Cpu + C},
    case now_ns() < Until of true -> fill(Batch, Until, Sum); false -> Sum end.

now_ns() -> erlang:monotonic_time(nanosecond).

%% User and system time of the whole process, the schedulers' busy waiting included: fields 14 and 15, in ticks of 10 ms. Where there
%% is no such file it is user time only, which is all that statistics/1 counts.
cpu_ns() ->
    case prim_file:read_file("/proc/self/stat") of
        {ok, Stat} ->
            [_, FromThird] = binary:split(Stat, <<") ">>),
            Fields = binary:split(FromThird, <<" ">>, [global]),
            10000000 * (binary_to_integer(lists:nth(12, Fields)) + binary_to_integer(lists:nth(13, Fields)));
        {error, _} ->
            {Millis, _} = erlang:statistics(runtime),
            1000000 * Millis
    end.

measured(Operations, Fun) ->
    Cpu = cpu_ns(),
    Begin = now_ns(),
    Fun(),
    End = now_ns(),
    {Operations, End - Begin, cpu_ns() - Cpu}.

wait(0) -> ok;
wait(N) -> receive done -> wait(N - 1) end.

workload("ping-pong", Size) -> pairs(1, Size(300000));
workload("pairs-1k", Size) -> pairs(1000, Size(1000));
workload("tell-1", Size) -> tells(1, Size(2000000));
workload("tell-4", Size) -> tells(4, Size(2000000));
workload("tell-100", Size) -> tells(100, max(100, Size(2000000)));
workload("bounded", Size) -> bounded(Size(1000000), 1000);
workload("fan-out", Size) -> fan_out(max(100, Size(10000)), max(10, Size(100)));
workload("ring-100", Size) -> ring(100, Size(600000));
workload("ring-10k", Size) -> ring(10000, Size(600000));
workload("spawn", Size) -> lives(Size(100000), fun told/1);
workload("spawn-loop", Size) -> lives(Size(100000), fun told/1);
workload("spawn-supervised", Size) -> lives(Size(100000), fun monitored/1);
workload("spawn-init", Size) -> lives(Size(100000), fun acknowledged/1);
workload("call-outside", Size) -> calls(1, Size(10000));
workload("call-virtual", Size) -> calls(1, Size(50000));
workload("call-in-handler", Size) -> calls(1, Size(50000));
workload("call-1k", Size) -> calls(1000, Size(200));
workload("call-in-handler-1k", Size) -> calls(1000, Size(200));
workload("select-10k", Size) -> crowded(Size(10000), Size(1000), fun select/1);
workload("select-100k", Size) -> crowded(Size(100000), Size(200), fun select/1);
workload("call-long-mailbox", Size) ->
    Server = spawn(?MODULE, server, []),
    crowded(Size(100000), Size(20000), fun(N) -> call_times(Server, N) end);
workload("fib", Size) -> fib(case Size(100) of 100 -> 23; _ -> 10 end);
workload("restart", Size) -> restarts(Size(200));
workload("timers", Size) -> timers(1000, Size(1000));
workload("shutdown-100k", Size) -> shutdown(100, Size(1000));
workload("idle-memory", Size) -> idle_memory(Size(200000));
workload("idle-cpu", Size) -> idle_cpu(Size(1000000), Size(10000));
workload("hogs", Size) -> hogs(cores(), send, Size(2000));
workload("hogs-8x", Size) -> hogs(8 * cores(), send, Size(2000));
workload("hogs-call", Size) -> hogs(cores(), call, Size(2000));
workload("hogs-8x-call", Size) -> hogs(8 * cores(), call, Size(2000)).

cores() -> erlang:system_info(schedulers_online).

%% ---- pairs

pairs(Pairs, Trips) ->
    Self = self(),
    Pings = [begin
                 Ping = spawn(?MODULE, ping, [Self, none, 0]),
                 Pong = spawn(?MODULE, pong, [Ping]),
                 Ping ! {peer, Pong},
                 Ping
             end || _ <- lists:seq(1, Pairs)],
    fun() ->
        [Ping ! {trips, Trips} || Ping <- Pings],
        measured(2 * Pairs * Trips, fun() -> [Ping ! ping || Ping <- Pings], wait(Pairs) end)
    end.

ping(Main, Peer, Left) ->
    receive
        ping when Left > 0 -> Peer ! ping, ping(Main, Peer, Left - 1);
        ping -> Main ! done, ping(Main, Peer, 0);
        {trips, Trips} -> ping(Main, Peer, Trips);
        {peer, Pong} -> ping(Main, Pong, Left)
    end.

pong(Peer) -> receive Message -> Peer ! Message, pong(Peer) end.

%% ---- tells

tells(Producers, Messages) ->
    Self = self(),
    Each = Messages div Producers,
    Consumer = spawn_opt(?MODULE, consumer, [Self], queue(Producers)),
    All = [spawn(?MODULE, producer, [Consumer, Each]) || _ <- lists:seq(1, Producers)],
    fun() ->
        Consumer ! {expect, Each * Producers},
        measured(Each * Producers, fun() -> [P ! go || P <- All], wait(1) end)
    end.

%% Off the heap, several senders need not wait for each other. Servers of many callers do not gain by it: theirs is short.
queue(1) -> [];
queue(_) -> [{message_queue_data, off_heap}].

consumer(Main) -> receive {expect, N} -> consume(N), Main ! done, consumer(Main) end.

consume(0) -> ok;
consume(N) -> receive ping -> consume(N - 1) end.

producer(Consumer, N) -> receive go -> produce(Consumer, N), producer(Consumer, N) end.

produce(_, 0) -> ok;
produce(Consumer, N) -> Consumer ! ping, produce(Consumer, N - 1).

%% A process group of its own module, pg, and a send to each member.
fan_out(Subscribers, Messages) ->
    Self = self(),
    {ok, _} = pg:start_link(?MODULE),
    All = [spawn(?MODULE, consumer, [Self]) || _ <- lists:seq(1, Subscribers)],
    ok = pg:join(?MODULE, topic, All),
    Publisher = spawn(?MODULE, publisher, [Messages]),
    fun() ->
        [P ! {expect, Messages} || P <- All],
        measured(Subscribers * Messages, fun() -> Publisher ! go, wait(Subscribers) end)
    end.

publisher(Messages) -> receive go -> publish(Messages), publisher(Messages) end.

publish(0) -> ok;
publish(N) -> [P ! ping || P <- pg:get_local_members(?MODULE, topic)], publish(N - 1).

%% No process has a bounded mailbox: the usual credits, half a window at a time.
bounded(N, Window) ->
    Self = self(),
    Half = Window div 2,
    fun() ->
        Consumer = spawn(fun() -> receive {producer, Pid} -> credit_consume(Self, Pid, N, 0, Half) end end),
        Producer = spawn(fun() -> receive go -> credit_produce(Consumer, N, Window, Half) end end),
        Consumer ! {producer, Producer},
        measured(N, fun() -> Producer ! go, wait(1) end)
    end.

credit_consume(Main, _, 0, _, _) -> Main ! done;
credit_consume(Main, Producer, N, Got, Half) ->
    receive
        ping when Got + 1 =:= Half -> Producer ! credit, credit_consume(Main, Producer, N - 1, 0, Half);
        ping -> credit_consume(Main, Producer, N - 1, Got + 1, Half)
    end.

credit_produce(_, 0, _, _) -> ok;
credit_produce(Consumer, N, 0, Half) -> receive credit -> credit_produce(Consumer, N, Half, Half) end;
credit_produce(Consumer, N, Credit, Half) -> Consumer ! ping, credit_produce(Consumer, N - 1, Credit - 1, Half).

%% ---- rings

ring(Size, Hops) ->
    Self = self(),
    First = spawn(fun() -> receive {next, Next} -> member({Self, Next}) end end),
    Last = lists:foldl(fun(_, Next) -> spawn(?MODULE, member, [{Self, Next}]) end, First, lists:seq(2, Size)),
    First ! {next, Last},
    fun() -> measured(Hops, fun() -> First ! Hops, wait(1) end) end.

member({Main, Next} = State) ->
    receive
        1 -> Main ! done, member(State);
        N -> Next ! (N - 1), member(State)
    end.

%% ---- lives

lives(Children, Birth) ->
    fun() -> measured(Children, fun() -> windows(Children, Birth) end) end.

windows(0, _) -> ok;
windows(N, Birth) -> Now = min(1000, N), Birth(Now), windows(N - Now, Birth).

told(N) -> told(self(), N), wait(N).

told(_, 0) -> ok;
told(Parent, N) -> spawn(?MODULE, telling, [Parent]) ! work, told(Parent, N - 1).

telling(Parent) -> receive work -> Parent ! done end.

monitored(N) -> watched(N), downs(N).

watched(0) -> ok;
watched(N) -> {Pid, _} = spawn_monitor(?MODULE, quiet, []), Pid ! work, watched(N - 1).

quiet() -> receive work -> ok end.

downs(0) -> ok;
downs(N) -> receive {'DOWN', _, _, _, _} -> downs(N - 1) end.

%% Another process is told, since proc_lib:start looks through whatever waits in the mailbox of who starts.
acknowledged(N) ->
    Self = self(),
    Counter = spawn(fun() -> wait(N), Self ! all_done end),
    acknowledged(Self, Counter, N),
    receive all_done -> ok end.

acknowledged(_, _, 0) -> ok;
acknowledged(Parent, Counter, N) ->
    {ok, Pid} = proc_lib:start(?MODULE, started, [Parent, Counter]),
    Pid ! work,
    acknowledged(Parent, Counter, N - 1).

started(Parent, Counter) ->
    proc_lib:init_ack(Parent, {ok, self()}),
    telling(Counter).

%% ---- calls: what gen_server:call does, written out, time-out of 5 s included

server() -> receive {call, {From, Tag}, Request} -> From ! {Tag, Request}, server() end.

call(Server, Request) ->
    Tag = erlang:monitor(process, Server),
    Server ! {call, {self(), Tag}, Request},
    receive
        {Tag, Answer} -> erlang:demonitor(Tag, [flush]), Answer;
        {'DOWN', Tag, _, _, Reason} -> exit(Reason)
    after 5000 -> exit(timeout)
    end.

call_times(_, 0) -> ok;
call_times(Server, N) -> answer = call(Server, answer), call_times(Server, N - 1).

calls(Callers, Each) ->
    Self = self(),
    Server = spawn(?MODULE, server, []),
    fun() ->
        All = [spawn(fun() -> receive go -> ok end, call_times(Server, Each), Self ! done end) || _ <- lists:seq(1, Callers)],
        measured(Callers * Each, fun() -> [C ! go || C <- All], wait(Callers) end)
    end.

%% ---- a mailbox full of others: atoms, which the scan passes without looking into them, off the heap, where no collection visits them

crowded(Junk, Times, Work) ->
    Self = self(),
    fun() ->
        spawn_opt(fun() ->
            crowd(Junk),
            Self ! {measured, measured(Times, fun() -> Work(Times) end)}
        end, [{message_queue_data, off_heap}]),
        receive {measured, Result} -> Result end
    end.

crowd(0) -> ok;
crowd(N) -> self() ! junk, crowd(N - 1).

select(0) -> ok;
select(N) -> self() ! {wanted, N}, receive {wanted, N} -> ok end, select(N - 1).

%% ---- fork and join

fib(N) ->
    Self = self(),
    Expected = value(N),
    fun() ->
        measured(knots(N), fun() -> spawn(?MODULE, knot, [Self, N]), receive {sum, Expected} -> ok end end)
    end.

knot(Parent, N) when N =< 2 -> Parent ! {sum, 1};
knot(Parent, N) ->
    Self = self(),
    spawn(?MODULE, knot, [Self, N - 1]),
    spawn(?MODULE, knot, [Self, N - 2]),
    A = receive {sum, X} -> X end,
    B = receive {sum, Y} -> Y end,
    Parent ! {sum, A + B}.

value(N) when N =< 2 -> 1;
value(N) -> value(N - 1) + value(N - 2).

knots(N) when N =< 2 -> 1;
knots(N) -> 1 + knots(N - 1) + knots(N - 2).

%% ---- supervisors

init({crasher, Observer}) ->
    {ok, {#{strategy => one_for_one, intensity => 1000, period => 1},
          [#{id => crasher, start => {?MODULE, start_crasher, [Observer]}}]}};
init({parents, Parents, Children}) ->
    {ok, {#{}, [#{id => N, start => {supervisor, start_link, [?MODULE, {workers, Children}]}, type => supervisor}
                || N <- lists:seq(1, Parents)]}};
init({workers, Children}) ->
    {ok, {#{}, [#{id => N, start => {?MODULE, start_worker, [N]}} || N <- lists:seq(1, Children)]}}.

start_worker(_) -> proc_lib:start_link(?MODULE, worker, [self()]).

worker(Parent) -> proc_lib:init_ack(Parent, {ok, self()}), receive never -> ok end.

start_crasher(Observer) -> proc_lib:start_link(?MODULE, crasher, [{self(), Observer}]).

crasher({Parent, Observer}) ->
    proc_lib:init_ack(Parent, {ok, self()}),
    Observer ! {born, self()},
    receive crash -> exit(told) end.

%% Each batch has a supervisor of its own, so that its memory of earlier restarts does not grow.
restarts(Crashes) ->
    fun() ->
        {ok, _} = supervisor:start_link(?MODULE, {crasher, self()}),
        First = receive {born, Child} -> Child end,
        measured(Crashes, fun() -> crash(First, Crashes) end)
    end.

crash(_, 0) -> ok;
crash(Pid, N) -> Pid ! crash, receive {born, Next} -> crash(Next, N - 1) end.

%% Under one_for_one they stop one after another; simple_one_for_one, which stops all at once, takes longer for these.
shutdown(Parents, Children) ->
    process_flag(trap_exit, true),
    fun() ->
        {ok, Top} = supervisor:start_link(?MODULE, {parents, Parents, Children}),
        measured(Parents * Children, fun() -> exit(Top, shutdown), receive {'EXIT', Top, _} -> ok end end)
    end.

%% ---- timers

timers(Actors, Each) ->
    Self = self(),
    Sleepers = [spawn(fun() -> sleeper(Self, Each) end) || _ <- lists:seq(1, Actors)],
    fun() ->
        {Operations, _, Cpu} = measured(Actors * Each, fun() -> [S ! go || S <- Sleepers], wait(Actors) end),
        {value, Cpu / Operations, Cpu / Operations}
    end.

sleeper(Main, Each) ->
    receive go -> ok end,
    arm(0, Each),
    ticks(Each),
    Main ! done,
    sleeper(Main, Each).

arm(Each, Each) -> ok;
arm(I, Each) -> erlang:send_after(500 + I rem 500, self(), tick), arm(I + 1, Each).

ticks(0) -> ok;
ticks(N) -> receive tick -> ticks(N - 1) end.

%% ---- rest

rest(N) ->
    Self = self(),
    All = [spawn(fun() -> resting(Self) end) || _ <- lists:seq(1, N)],
    [Pid ! touch || Pid <- All],
    wait(N),
    All.

resting(Main) -> receive touch -> Main ! done, resting(Main) end.

idle_memory(N) ->
    keep(rest(min(N, 50000))),
    fun() ->
        erlang:garbage_collect(),
        Before = erlang:memory(total),
        keep(rest(N)),
        erlang:garbage_collect(),
        {value, (erlang:memory(total) - Before) / N}
    end.

keep(Pids) -> put(make_ref(), Pids).

idle_cpu(N, Millis) ->
    keep(rest(N)),
    erlang:garbage_collect(),
    timer:sleep(Millis div 10),
    fun() ->
        {_, Nanos, Cpu} = measured(0, fun() -> timer:sleep(Millis) end),
        {value, 100.0 * Cpu / Nanos}
    end.

%% ---- hogs

hogs(Hogs, Kind, Millis) ->
    Server = spawn(?MODULE, server, []),
    Pong = spawn(fun() -> receive {peer, Peer} -> pong(Peer) end end),
    Worker = spawn(fun() -> pair(Kind, Server, Pong) end),
    Pong ! {peer, Worker},
    window(Worker, Millis),
    [spawn(fun() -> hog() end) ! go || _ <- lists:seq(1, Hogs)],
    fun() -> {value, window(Worker, Millis) / 1.0e6} end.

window(Worker, Millis) ->
    Worker ! {go, now_ns()},
    timer:sleep(Millis),
    Worker ! {report, self()},
    receive {worst, Worst} -> Worst end.

pair(send, Server, Pong) -> receive {go, Now} -> Pong ! go, send_work(Server, Pong, Now, 0) end;
pair(call, Server, Pong) -> receive {go, Now} -> call_work(Server, Pong, Now, 0) end.

send_work(Server, Pong, Last, Worst) ->
    receive
        go -> {Now, Gap} = gap(Last, Worst), Pong ! go, send_work(Server, Pong, Now, Gap);
        {report, To} -> report(To, Last, Worst), receive go -> pair(send, Server, Pong) end
    end.

call_work(Server, Pong, Last, Worst) ->
    receive
        {report, To} -> report(To, Last, Worst), pair(call, Server, Pong)
    after 0 ->
        call(Server, go),
        {Now, Gap} = gap(Last, Worst),
        call_work(Server, Pong, Now, Gap)
    end.

report(To, Last, Worst) -> {_, Gap} = gap(Last, Worst), To ! {worst, Gap}.

gap(Last, Worst) -> Now = now_ns(), {Now, max(Worst, Now - Last)}.

hog() -> receive go -> burn(now_ns() + 50000000), self() ! go, hog() end.

burn(Until) -> case now_ns() < Until of true -> burn(Until); false -> ok end.
