// The network of five_pools.py as a loop written by hand: the limit of what a general engine can reach. It knows only these
// pools. Prints how many seconds of the processor it took, and writes when each person left (nan: not yet).
// c++ -O3 -std=c++17 five_pools.cpp -o five_pools && ./five_pools stations.txt people.bin until left.bin

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <deque>
#include <fstream>
#include <iostream>
#include <limits>
#include <queue>
#include <string>
#include <vector>

constexpr int OUT = -1, NOWHERE = -2;

struct Station {
  int units;
  std::vector<int> then;  // the stations where people go next, by the way that they take; OUT is leaving
};

struct People {
  std::vector<double> arrival, stay;  // stay: person by station
  std::vector<std::int32_t> way;      // person by station
};

struct Record {  // of a stay, as every package keeps one
  std::int32_t person, station;
  double asked, started, ended;
};

struct End {
  double time;
  std::int64_t number;  // of two at one time, the one that began first
  std::int32_t person;
  bool operator>(const End& other) const { return time != other.time ? time > other.time : number > other.number; }
};

class Loop {
 public:
  Loop(const std::vector<Station>& stations, const People& people, double until)
      : stations_(stations), people_(people), until_(until), at_(people.arrival.size(), NOWHERE),
        record_(people.arrival.size()), asked_(people.arrival.size()), waiting_(stations.size()),
        left(people.arrival.size(), std::numeric_limits<double>::quiet_NaN()) {
    for (const Station& station : stations) free_.push_back(station.units);
    records_.reserve(people.arrival.size() * 2);
  }

  void run() {
    std::size_t next = 0;
    const std::size_t everybody = people_.arrival.size();
    for (;;) {
      const double arrives = next < everybody ? people_.arrival[next] : until_;
      const double ends = ends_.empty() ? until_ : ends_.top().time;
      if (std::min(arrives, ends) >= until_) return;
      if (arrives <= ends) {
        ask(static_cast<std::int32_t>(next++), 0, arrives);
        continue;
      }
      const std::int32_t person = ends_.top().person;
      ends_.pop();
      records_[record_[person]].ended = ends;
      const int here = at_[person];
      const int there = stations_[here].then[people_.way[person * stations_.size() + here]];
      if (there == OUT) {
        left[person] = ends;
        give_back(here, ends);
      } else {
        ask(person, there, ends);
      }
    }
  }

 private:
  void ask(std::int32_t person, int station, double now) {
    asked_[person] = now;
    if (free_[station] > 0) {
      --free_[station];
      start(person, station, now);
    } else {
      waiting_[station].push_back(person);
    }
  }

  void start(std::int32_t person, int station, double now) {
    const int before = at_[person];
    at_[person] = station;
    record_[person] = records_.size();
    records_.push_back({person, station, asked_[person], now, std::numeric_limits<double>::quiet_NaN()});
    ends_.push({now + people_.stay[person * stations_.size() + station], number_++, person});
    if (before != NOWHERE) give_back(before, now);  // a person who blocked a unit gives it back only now
  }

  void give_back(int station, double now) {
    if (waiting_[station].empty()) {
      ++free_[station];
      return;
    }
    const std::int32_t first = waiting_[station].front();
    waiting_[station].pop_front();
    start(first, station, now);
  }

  const std::vector<Station>& stations_;
  const People& people_;
  const double until_;
  std::vector<int> at_;
  std::vector<std::size_t> record_;
  std::vector<double> asked_;
  std::vector<std::deque<std::int32_t>> waiting_;
  std::vector<int> free_;
  std::vector<Record> records_;
  std::priority_queue<End, std::vector<End>, std::greater<End>> ends_;
  std::int64_t number_ = 0;

 public:
  std::vector<double> left;
};

template <typename Value>
void read(std::ifstream& file, std::vector<Value>& values, std::size_t size) {
  values.resize(size);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(size * sizeof(Value)));
}

int main(int, char** given) {
  std::ifstream text(given[1]);
  std::size_t count = 0, people_count = 0;
  text >> count >> people_count;
  std::vector<Station> stations(count);
  for (Station& station : stations) {
    std::size_t ways = 0;
    text >> station.units >> ways;
    station.then.resize(ways);
    for (int& next : station.then) text >> next;
  }
  People people;
  std::ifstream file(given[2], std::ios::binary);
  read(file, people.arrival, people_count);
  read(file, people.stay, people_count * count);
  read(file, people.way, people_count * count);

  const std::clock_t begun = std::clock();
  Loop loop(stations, people, std::stod(given[3]));
  loop.run();
  std::cout << static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC << "\n";
  std::ofstream(given[4], std::ios::binary)
      .write(reinterpret_cast<const char*>(loop.left.data()),
             static_cast<std::streamsize>(loop.left.size() * sizeof(double)));
}
